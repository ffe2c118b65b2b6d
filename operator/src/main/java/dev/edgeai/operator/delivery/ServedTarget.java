package dev.edgeai.operator.delivery;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.rollout.Serving;
import dev.edgeai.api.v1alpha1.source.Task;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.ResourceRequirements;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that the objects of a target are built from, besides the version that is served.
 *
 * @param ref the target
 * @param owner the EdgeModel, so that everything goes with it
 * @param profile the hardware it is served on
 * @param serving what the target says about serving
 * @param task of the model; a classifier's server counts its confidence
 * @param config images, registry
 * @param trustedKeys PEM of the public keys that certificates are verified with, one block after the other
 */
public record ServedTarget(
        TargetRef ref,
        OwnerReference owner,
        AcceleratorProfile profile,
        Serving serving,
        Task task,
        OperatorConfig config,
        String trustedKeys) {

    /** The same on other hardware. */
    public ServedTarget on(AcceleratorProfile other) {
        return new ServedTarget(ref, owner, other, serving, task, config, trustedKeys);
    }

    /** The same with these keys. */
    public ServedTarget trusting(String keys) {
        return new ServedTarget(ref, owner, profile, serving, task, config, keys);
    }

    /** Whether each of these keys, and at least one, is trusted now. */
    public boolean trusts(String keys) {
        Set<String> asked = blocks(keys);
        return !asked.isEmpty() && blocks(trustedKeys).containsAll(asked);
    }

    private static Set<String> blocks(String pem) {
        return Stream.of(pem.split("(?<=-----END PUBLIC KEY-----)", -1))
                .map(String::strip)
                .filter(block -> !block.isEmpty())
                .collect(Collectors.toSet());
    }

    /** Resources of a serving pod: the target's own, or the profile's. */
    ResourceRequirements resources() {
        ResourceRequirements own = serving.resources();
        return own != null ? own : profile.resources();
    }

    /** The controller reference to an EdgeModel. */
    public static OwnerReference ownedBy(EdgeModel model) {
        return new OwnerReferenceBuilder()
                .withApiVersion(model.getApiVersion())
                .withKind(model.getKind())
                .withName(model.getMetadata().getName())
                .withUid(model.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }
}
