package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.operator.delivery.ObjectNames;
import dev.edgeai.operator.delivery.ServingServices;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.observation.TargetObjects;
import dev.edgeai.operator.traffic.TrafficView;
import dev.edgeai.planner.status.Explanation;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.version.Revision;
import io.fabric8.kubernetes.api.model.Service;

import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Whether users' requests reach a version: looked up each time, never remembered. */
public final class Reachability {
    /** Phases in which users are meant to reach the candidate too. */
    private static final Set<RolloutPhase> SHARED =
            EnumSet.of(RolloutPhase.RAMPING, RolloutPhase.AWAITING_PROMOTION, RolloutPhase.PROMOTING);

    private Reachability() {}

    /**
     * Why they do not after a decision. What was seen is from before it, so where the decision changed what is meant the
     * Service may still be as it was meant before.
     */
    static Optional<Explanation> missing(TargetStatus before, TargetStatus after, TargetObjects objects) {
        return missing(after, objects)
                .filter(why ->
                        before.stable() == null || missing(before, objects).isPresent());
    }

    /** Why they do not, although there is a version that should serve. */
    public static Optional<Explanation> missing(TargetStatus status, TargetObjects objects) {
        Version stable = status.stable();
        return stable == null ? Optional.empty() : missing(status, stable, objects);
    }

    private static Optional<Explanation> missing(TargetStatus status, Version stable, TargetObjects objects) {
        String name = ObjectNames.stableService(objects.ref());
        TrafficView traffic = objects.traffic();
        Optional<Service> service = traffic.service();
        if (service.isEmpty()) {
            return changed("Service %s is not there; it is made again".formatted(name));
        }
        if (!ServingServices.leadsToPods(service.get())) {
            return changed("Service %s leads elsewhere than to the ready pods and their port; it is set right"
                    .formatted(name));
        }
        Map<String, String> selector = selector(service.get());
        if (!isMeant(selector, status, stable, objects.ref())) {
            if (!traffic.answering().contains(stable.revision()) && isOurs(selector, objects)) {
                return Optional.of(new Explanation(
                        Reason.NOT_SERVING,
                        "Service %s selects %s until pods of %s are ready again"
                                .formatted(name, selector, Revision.named(stable))));
            }
            return changed("Service %s selects %s and not the pods of %s; it is set right"
                    .formatted(name, selector, Revision.named(stable)));
        }
        return traffic.answering().isEmpty()
                ? Optional.of(new Explanation(Reason.NOT_SERVING, "Service %s has no ready endpoint".formatted(name)))
                : Optional.empty();
    }

    /** Users were left with a version that answers them, while stable has no pods: nobody else's hand was in it. */
    private static boolean isOurs(Map<String, String> selector, TargetObjects objects) {
        String revision = selector.getOrDefault(Labels.REVISION, "");
        return selector.equals(objects.ref().anyRevision())
                || (selector.equals(objects.ref().revision(revision))
                        && objects.deployment(revision).isPresent());
    }

    private static boolean isMeant(Map<String, String> selector, TargetStatus status, Version stable, TargetRef ref) {
        if (selector.equals(ref.revision(stable.revision()))) {
            return true;
        }
        RolloutPhase phase = status.phase() == RolloutPhase.PAUSED && status.pausedPhase() != null
                ? status.pausedPhase()
                : status.phase();
        boolean sharing = SHARED.contains(phase) || phase == RolloutPhase.ROLLING_BACK;
        Version candidate = status.candidate();
        return sharing
                && candidate != null
                && (selector.equals(ref.anyRevision()) || selector.equals(ref.revision(candidate.revision())));
    }

    private static Map<String, String> selector(Service service) {
        return service.getSpec() == null || service.getSpec().getSelector() == null
                ? Map.of()
                : service.getSpec().getSelector();
    }

    /** Somebody else's hand was in it. */
    private static Optional<Explanation> changed(String message) {
        return Optional.of(new Explanation(Reason.SERVICE_CHANGED, message));
    }
}
