package dev.edgeai.operator.traffic;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.operator.delivery.ServedTarget;
import dev.edgeai.operator.delivery.ServingServices;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.planner.traffic.ReplicaSplit;
import dev.edgeai.planner.traffic.Selection;
import dev.edgeai.planner.traffic.TrafficMode;
import io.fabric8.kubernetes.api.model.Service;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Traffic by one Service, on any cluster: pinned to one revision, or over the pods of both, which share the requests
 * evenly. The weight is the share of ready endpoints, and is told as it is.
 */
public final class ServiceTraffic implements TrafficRouter {
    private final Consumer<Service> apply;

    /** @param apply server-side applies a Service, and remembers it so that the next view shows it */
    public ServiceTraffic(Consumer<Service> apply) {
        this.apply = apply;
    }

    @Override
    public void apply(ServedTarget target, TrafficView seen, TrafficMode mode, Optional<String> intent) {
        Map<String, String> wanted = selector(target.ref(), mode);
        boolean asked = seen.service()
                .filter(service -> wanted.equals(selector(service)) && ServingServices.leadsToPods(service))
                .isPresent();
        if (!asked) {
            apply.accept(ServingServices.over(seen.service(), ServingServices.stable(target, wanted, intent)));
        }
    }

    @Override
    public Optional<TrafficMode> observe(TrafficView seen, Optional<String> stable, Optional<String> candidate) {
        return seen.service().flatMap(service -> {
            List<String> answering = seen.answering();
            Optional<String> pinned = pinned(service);
            boolean settled = pinned.isPresent() && answering.stream().allMatch(pinned.get()::equals);
            if (settled) {
                boolean anyPod = seen.revisionOfPod().containsValue(pinned.get());
                return anyPod ? pinned.map(TrafficMode.Only::new) : Optional.empty();
            }
            return share(answering, stable, candidate);
        });
    }

    @Override
    public Selection selection(TargetRef target, TrafficView seen) {
        Map<String, String> selector = seen.service()
                .filter(ServingServices::leadsToPods)
                .map(ServiceTraffic::selector)
                .orElse(Map.of());
        if (selector.equals(target.anyRevision())) {
            return new Selection.All();
        }
        String revision = selector.getOrDefault(Labels.REVISION, "");
        return selector.equals(target.revision(revision)) ? new Selection.One(revision) : new Selection.Nothing();
    }

    /** What a Service selects so that requests go so. */
    public static Map<String, String> selector(TargetRef target, TrafficMode mode) {
        return switch (mode) {
            case TrafficMode.Only(String revision) -> target.revision(revision);
            case TrafficMode.Split(String stable, String candidate, int weight) -> target.anyRevision();
        };
    }

    private static Optional<TrafficMode> share(
            List<String> answering, Optional<String> stable, Optional<String> candidate) {
        int onStable = count(answering, stable);
        int onCandidate = count(answering, candidate);
        if (onStable + onCandidate == 0) {
            return Optional.empty();
        }
        if (stable.isEmpty() || candidate.isEmpty()) {
            return stable.or(() -> candidate).map(TrafficMode.Only::new);
        }
        return Optional.of(
                new TrafficMode.Split(stable.get(), candidate.get(), ReplicaSplit.weight(onStable, onCandidate)));
    }

    private static int count(List<String> answering, Optional<String> revision) {
        return (int) answering.stream()
                .filter(r -> revision.filter(r::equals).isPresent())
                .count();
    }

    private static Optional<String> pinned(Service service) {
        return Optional.ofNullable(selector(service).get(Labels.REVISION));
    }

    private static Map<String, String> selector(Service service) {
        return service.getSpec() == null || service.getSpec().getSelector() == null
                ? Map.of()
                : service.getSpec().getSelector();
    }
}
