package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import org.jspecify.annotations.Nullable;

/** How a target is served. */
public record Serving(
        @Min(0) @JsonPropertyDescription("Pods; default spec.replicas") @Nullable
        Integer replicas,

        @JsonPropertyDescription("Default: from the accelerator profile") @Nullable
        ResourceRequirements resources) {}
