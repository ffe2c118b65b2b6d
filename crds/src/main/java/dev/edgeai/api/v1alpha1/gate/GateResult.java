package dev.edgeai.api.v1alpha1.gate;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.value.Verdict;
import org.jspecify.annotations.Nullable;

/** One gate applied to one trial. */
public record GateResult(
        @JsonPropertyDescription("Name of the field of spec.gates")
        String name,

        @JsonPropertyDescription("Measured value") @Nullable String value,
        @JsonPropertyDescription("What the gate asks for") String threshold,
        @JsonPropertyDescription("Whether it is reached") Verdict verdict,
        @JsonPropertyDescription("In a sentence") @Nullable String message) {}
