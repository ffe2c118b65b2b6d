package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.operator.delivery.DisruptionBudget;
import dev.edgeai.operator.delivery.Names;
import dev.edgeai.planner.rollout.EvictionRule;
import dev.edgeai.planner.rollout.RevisionState;
import dev.edgeai.planner.rollout.RolloutDecision;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Keeps a PodDisruptionBudget over the stable version, and one over the candidate. */
final class Budgets {
    private final Cluster cluster;

    Budgets(Cluster cluster) {
        this.cluster = cluster;
    }

    void ensure(
            TargetContext target, TargetStatus status, RolloutDecision decision, Map<String, RevisionState> revisions) {
        String stable = Names.disruptionBudget(target.objects().ref());
        String candidate = Names.candidateBudget(target.objects().ref());
        // of an earlier version of the operator: two over one pod would keep it from being evicted at all
        target.objects().budgets().stream()
                .filter(budget ->
                        !Set.of(stable, candidate).contains(budget.getMetadata().getName()))
                .forEach(cluster::delete);
        ensure(target, stable, status.stable(), decision, revisions);
        ensure(target, candidate, status.candidate(), decision, revisions);
    }

    private void ensure(
            TargetContext target,
            String name,
            @Nullable Version version,
            RolloutDecision decision,
            Map<String, RevisionState> revisions) {
        Optional<PodDisruptionBudget> seen = target.objects().budgets().stream()
                .filter(budget -> budget.getMetadata().getName().equals(name))
                .findFirst();
        int pods = Optional.ofNullable(version)
                .flatMap(v -> Optional.ofNullable(revisions.get(v.revision()))
                        .map(state -> EvictionRule.podsToKeep(
                                state, decision.pods(v.revision()).orElse(state.replicas()), target.now())))
                .orElse(0);
        if (version == null || pods == 0) {
            seen.ifPresent(cluster::delete);
        } else {
            cluster.applyUnlessSame(
                    DisruptionBudget.build(target.served(), name, version.revision(), pods),
                    seen,
                    budget -> List.of(
                            budget.getSpec().getSelector().getMatchLabels(),
                            Optional.ofNullable(budget.getSpec().getMinAvailable())
                                    .map(IntOrString::getIntVal)));
        }
    }
}
