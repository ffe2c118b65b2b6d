package dev.edgeai.operator.model;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatusBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.operator.delivery.ObjectNames;
import dev.edgeai.operator.observation.TargetObjects;
import dev.edgeai.operator.ownership.OwnedObjects;
import dev.edgeai.operator.rollout.Housekeeping;
import dev.edgeai.operator.traffic.ServiceTraffic;
import dev.edgeai.planner.status.TargetOutcome;
import dev.edgeai.planner.traffic.TrafficMode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Targets that are in the spec no more. One may have been renamed, which is a removal and an addition to the API: so it
 * serves on until every target of the spec serves, and then it goes.
 */
final class RemovedTargets {
    private final OwnedObjects owned;

    RemovedTargets(OwnedObjects owned) {
        this.owned = owned;
    }

    /** What their status says while they serve on; empty as soon as they may go. */
    static List<TargetStatus> servingOn(EdgeModel model, List<TargetOutcome> outcomes) {
        List<String> awaited = outcomes.stream()
                .filter(outcome -> outcome.serves() && !outcome.isServing())
                .map(outcome -> outcome.target().name())
                .toList();
        if (awaited.isEmpty() || model.getStatus() == null) {
            return List.of();
        }
        Set<String> present =
                model.getSpec().targets().stream().map(Target::name).collect(Collectors.toSet());
        return model.getStatus().targets().stream()
                .filter(status -> !present.contains(status.name()))
                .filter(status -> status.stable() != null && status.bundle() == null)
                .map(status -> servingOn(status, String.join(", ", awaited)))
                .toList();
    }

    private static TargetStatus servingOn(TargetStatus status, String awaited) {
        return TargetStatusBuilder.builder(status)
                .phase(RolloutPhase.IDLE)
                .pausedPhase(null)
                .step(null)
                .candidate(null)
                .previous(null)
                .waiting(null)
                .upgrade(null)
                .analysis(List.of())
                .message("removed from spec.targets; serves on until these do: " + awaited)
                .build();
    }

    /**
     * Takes away what belongs to removed targets and nobody needs, and other objects that are not needed any more. What
     * cannot be deleted now keeps nothing else.
     *
     * @param removed objects of targets that are in the spec no more
     * @param servingOn statuses of those that serve on
     * @param unused of any target, for example old runs
     * @return what went wrong
     */
    List<RuntimeException> cleanUp(
            List<TargetObjects> removed, List<TargetStatus> servingOn, List<? extends HasMetadata> unused) {
        List<RuntimeException> failures = new ArrayList<>();
        for (TargetObjects left : removed) {
            servingOn.stream()
                    .filter(status -> status.name().equals(left.ref().target()))
                    .findFirst()
                    .ifPresentOrElse(
                            status -> attempt(failures, () -> keepStable(status, left)),
                            () -> delete(failures, Housekeeping.serving(left)));
        }
        delete(failures, unused);
        return failures;
    }

    private void delete(List<RuntimeException> failures, List<? extends HasMetadata> objects) {
        objects.forEach(object -> attempt(failures, () -> owned.delete(object)));
    }

    private static void attempt(List<RuntimeException> failures, Runnable step) {
        try {
            step.run();
        } catch (KubernetesClientException e) {
            failures.add(e);
        }
    }

    /** Leaves only the stable version, for all users: nobody watches a candidate of a removed target. */
    private void keepStable(TargetStatus status, TargetObjects objects) {
        if (status.stable() == null) {
            return;
        }
        String revision = status.stable().revision();
        Map<String, String> wanted = ServiceTraffic.selector(objects.ref(), new TrafficMode.Only(revision));
        Optional<Service> service = objects.service(ObjectNames.stableService(objects.ref()));
        if (service.isPresent() && !wanted.equals(service.get().getSpec().getSelector())) {
            owned.apply(pinned(service.get(), wanted));
            return; // traffic first; the rest when that is seen
        }
        Housekeeping.besidesStable(objects, revision).forEach(owned::delete);
    }

    private static Service pinned(Service seen, Map<String, String> selector) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withName(seen.getMetadata().getName())
                .withNamespace(seen.getMetadata().getNamespace())
                .withLabels(seen.getMetadata().getLabels())
                .withOwnerReferences(seen.getMetadata().getOwnerReferences())
                .endMetadata()
                .withNewSpec()
                .withSelector(selector)
                .withPorts(seen.getSpec().getPorts())
                .endSpec()
                .build();
    }
}
