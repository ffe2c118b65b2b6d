package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.operator.delivery.DisruptionBudget;
import dev.edgeai.operator.delivery.ObjectNames;
import dev.edgeai.operator.ownership.NameTakenException;
import dev.edgeai.operator.ownership.OwnedObjects;
import dev.edgeai.operator.status.Events;
import dev.edgeai.planner.rollout.EvictionRule;
import dev.edgeai.planner.rollout.RevisionState;
import dev.edgeai.planner.rollout.RolloutDecision;
import dev.edgeai.planner.status.Reason;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps a PodDisruptionBudget over the stable version, and one over the candidate. One that cannot be written is told and
 * tried again at the next look; a rollout goes on without it.
 */
public final class Budgets {
    private final OwnedObjects owned;
    private final Events events;

    public Budgets(OwnedObjects owned, Events events) {
        this.owned = owned;
        this.events = events;
    }

    void ensure(
            TargetContext target, TargetStatus status, RolloutDecision decision, Map<String, RevisionState> revisions) {
        String stable = ObjectNames.disruptionBudget(target.objects().ref());
        String candidate = ObjectNames.candidateBudget(target.objects().ref());
        // of an earlier version of the operator: two over one pod would keep it from being evicted at all
        target.objects().budgets().stream()
                .filter(budget ->
                        !Set.of(stable, candidate).contains(budget.getMetadata().getName()))
                .forEach(budget -> orTell(target, budget.getMetadata().getName(), () -> owned.delete(budget)));
        orTell(target, stable, () -> ensure(target, stable, status.stable(), decision, revisions));
        orTell(target, candidate, () -> ensure(target, candidate, status.candidate(), decision, revisions));
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
            seen.ifPresent(owned::delete);
            return;
        }
        PodDisruptionBudget wanted = DisruptionBudget.build(target.served(), name, version.revision(), pods);
        if (seen.filter(budget -> wanted.getSpec().equals(budget.getSpec())).isEmpty()) {
            owned.replace(wanted);
        }
    }

    private void orTell(TargetContext target, String name, Runnable write) {
        try {
            write.run();
        } catch (NameTakenException e) {
            tell(target, name, Reason.NAME_TAKEN, e.sentence());
        } catch (KubernetesClientException e) {
            tell(
                    target,
                    name,
                    Reason.RECONCILE_FAILED,
                    "PodDisruptionBudget %s cannot be written, so that a drain may take too many pods or none; it is tried again: %s"
                            .formatted(name, e.getMessage()));
        }
    }

    private void tell(TargetContext target, String name, Reason reason, String message) {
        String of = target.target().name();
        events.tell(
                target.model(), Events.Type.WARNING, reason.text(), "target " + of + ": " + message, of + "/" + name);
    }
}
