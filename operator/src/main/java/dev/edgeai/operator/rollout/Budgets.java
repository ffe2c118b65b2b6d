package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.operator.delivery.DisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;

import java.util.Optional;

/** Keeps a PodDisruptionBudget over the stable version as long as it has more than one pod. */
final class Budgets {
    private final Cluster cluster;

    Budgets(Cluster cluster) {
        this.cluster = cluster;
    }

    void ensure(TargetContext target, TargetStatus status) {
        Version stable = status.stable();
        Optional<PodDisruptionBudget> seen = target.objects().budgets().stream().findFirst();
        if (stable == null || target.replicas() <= 1) {
            seen.ifPresent(cluster::delete);
        } else {
            cluster.applyUnlessSame(
                    DisruptionBudget.build(target.served(), stable.revision()),
                    seen,
                    budget -> budget.getSpec().getSelector().getMatchLabels());
        }
    }
}
