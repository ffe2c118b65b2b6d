package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.operator.delivery.DisruptionBudget;
import dev.edgeai.operator.delivery.Names;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Keeps a PodDisruptionBudget over the stable version as long as it has more than one pod. */
final class Budgets {
    private final Cluster cluster;

    Budgets(Cluster cluster) {
        this.cluster = cluster;
    }

    void ensure(TargetContext target, TargetStatus status) {
        Version stable = status.stable();
        String name = Names.disruptionBudget(target.objects().ref());
        Map<Boolean, List<PodDisruptionBudget>> byName = target.objects().budgets().stream()
                .collect(Collectors.partitioningBy(
                        budget -> budget.getMetadata().getName().equals(name)));
        // of an earlier version of the operator: two over one pod would keep it from being evicted at all
        byName.getOrDefault(false, List.of()).forEach(cluster::delete);
        Optional<PodDisruptionBudget> seen =
                byName.getOrDefault(true, List.of()).stream().findFirst();
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
