package dev.edgeai.operator.delivery;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;

/**
 * Keeps a node's drain from taking pods of a version before others stand in their place: the operator brings these up as
 * soon as the node is cordoned.
 */
public final class DisruptionBudget {
    private DisruptionBudget() {}

    /**
     * @param name {@link ObjectNames#disruptionBudget} or {@link ObjectNames#candidateBudget}
     * @param pods ready pods that must be left; pods that are not ready may go at any time
     */
    public static PodDisruptionBudget build(ServedTarget target, String name, String revision, int pods) {
        return new PodDisruptionBudgetBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(target.ref().namespace())
                .withLabels(target.ref().labels())
                .withOwnerReferences(target.owner())
                .endMetadata()
                .withNewSpec()
                .withMinAvailable(new IntOrString(pods))
                .withUnhealthyPodEvictionPolicy("AlwaysAllow")
                .withNewSelector()
                .withMatchLabels(target.ref().revision(revision))
                .endSelector()
                .endSpec()
                .build();
    }
}
