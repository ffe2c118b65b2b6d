package dev.edgeai.operator.delivery;

import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;

/** Keeps a node's drain from taking more than one pod of the stable version at a time. */
public final class DisruptionBudget {
    private DisruptionBudget() {}

    /** For a stable version with more than one pod; with one it would block every drain. */
    public static PodDisruptionBudget build(ServedTarget target, String stableRevision) {
        return new PodDisruptionBudgetBuilder()
                .withNewMetadata()
                .withName(Names.disruptionBudget(target.ref()))
                .withNamespace(target.ref().namespace())
                .withLabels(target.ref().labels())
                .withOwnerReferences(target.owner())
                .endMetadata()
                .withNewSpec()
                .withNewMaxUnavailable(1)
                .withUnhealthyPodEvictionPolicy("AlwaysAllow")
                .withNewSelector()
                .withMatchLabels(target.ref().revision(stableRevision))
                .endSelector()
                .endSpec()
                .build();
    }
}
