package dev.edgeai.api.config;

import dev.edgeai.api.v1alpha1.rollout.Delivery;
import dev.edgeai.api.v1alpha1.search.Framework;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/**
 * One class of hardware. New hardware is a new profile, never a code change.
 *
 * @param name as {@code spec.targets[].accelerator} gives it
 * @param platform row of the decision table: {@code intel-cpu}, {@code nvidia-gpu}, {@code apple-silicon},
 *     {@code arm-mobile}, {@code arm-embedded}, {@code edge-tpu}, {@code cross-platform}; default the name
 * @param nodeSelector labels of its nodes; default {@code edgeai.dev/accelerator: <name>}
 * @param tolerations of pods on its nodes
 * @param resources of trial pods, and of served pods that bring none; extended resources such as
 *     {@code nvidia.com/gpu} stand here
 * @param frameworks in order of preference; empty: the decision table decides by platform
 * @param threads per inference
 * @param delivery allowed kinds of delivery
 * @param maxBundleSize largest bundle for such a device, for example {@code 50Mi}; absent: any
 * @param fallback profile that takes over when no node matches, said out loud in status
 */
@RecordBuilder
public record AcceleratorProfile(
        String name,
        String platform,
        Map<String, String> nodeSelector,
        List<Toleration> tolerations,
        ResourceRequirements resources,
        List<Framework> frameworks,
        int threads,
        List<Delivery> delivery,
        @Nullable Quantity maxBundleSize,
        @Nullable String fallback) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public AcceleratorProfile {
        name = name == null ? "" : name;
        platform = platform == null ? name : platform;
        nodeSelector = nodeSelector == null ? Map.of("edgeai.dev/accelerator", name) : Map.copyOf(nodeSelector);
        tolerations = tolerations == null ? List.of() : List.copyOf(tolerations);
        resources = resources == null ? new ResourceRequirements() : resources;
        frameworks = frameworks == null ? List.of() : List.copyOf(frameworks);
        threads = threads == 0 ? 1 : threads;
        delivery = delivery == null ? List.of(Delivery.SERVE) : List.copyOf(delivery);
    }
}
