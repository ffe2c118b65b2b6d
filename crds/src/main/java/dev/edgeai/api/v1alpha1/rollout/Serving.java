package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import org.jspecify.annotations.Nullable;

/** How a target is served. */
public record Serving(
        @Min(0) @Max(MOST_REPLICAS) @JsonPropertyDescription("Pods; default spec.replicas") @Nullable
        Integer replicas,

        @ValidationRule(
                value = "!has(self.requests) || !has(self.limits) || self.requests.all(r, !(r in self.limits) "
                        + "|| !isQuantity(string(self.requests[r])) || !isQuantity(string(self.limits[r])) "
                        + "|| quantity(string(self.requests[r])).compareTo(quantity(string(self.limits[r]))) <= 0)",
                message = "resources: each request may be at most its limit")
        @JsonPropertyDescription("Default: from the accelerator profile")
        @Nullable
        ResourceRequirements resources) {
    /** More is a slip of the hand, and would be tried. */
    public static final int MOST_REPLICAS = 10_000;
}
