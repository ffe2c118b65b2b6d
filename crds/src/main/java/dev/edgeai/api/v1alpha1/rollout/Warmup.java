package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** Verified traffic to the preview Service before any user is sent there. */
public record Warmup(
        @Default("200") @Min(16) @Max(100_000) @JsonPropertyDescription("Evaluation samples sent")
        Integer requests) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public Warmup {
        requests = requests == null ? 200 : requests;
    }

    static Warmup defaults() {
        return new Warmup(200);
    }
}
