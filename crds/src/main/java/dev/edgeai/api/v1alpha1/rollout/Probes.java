package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.value.Decimal;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;

/** Verified requests from the evaluation data during the ramp and the bake, so that a quiet model can be judged. */
public record Probes(
        @Default("2")
        @Pattern(Decimal.NON_NEGATIVE)
        @JsonPropertyDescription("Requests a second to each version that is compared; 0 sends none")
        Decimal rate,

        @Default("true") @JsonPropertyDescription("Only while users send less than this rate")
        Boolean whenQuiet) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public Probes {
        rate = rate == null ? Decimal.of("2") : rate;
        whenQuiet = whenQuiet == null || whenQuiet;
    }

    @SuppressWarnings("NullAway")
    static Probes defaults() {
        return new Probes(null, null);
    }
}
