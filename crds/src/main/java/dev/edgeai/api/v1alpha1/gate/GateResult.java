package dev.edgeai.api.v1alpha1.gate;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.value.Verdict;
import org.jspecify.annotations.Nullable;

import java.util.Set;

/** One gate applied to one trial. The name is text, as certificates outlive the programs that read them. */
public record GateResult(
        @JsonPropertyDescription("Name of the field of spec.gates")
        String name,

        @JsonPropertyDescription("Measured value") @Nullable String value,
        @JsonPropertyDescription("What the gate asks for") String threshold,
        @JsonPropertyDescription("Whether it is reached") Verdict verdict,
        @JsonPropertyDescription("In a sentence") @Nullable String message) {
    public GateResult(Gate gate, @Nullable String value, String threshold, Verdict verdict, String message) {
        this(gate.toString(), value, threshold, verdict, message);
    }

    /** Whether it is the result of one of these. */
    public boolean isOf(Set<Gate> gates) {
        return gates.stream().anyMatch(gate -> gate.toString().equals(name));
    }
}
