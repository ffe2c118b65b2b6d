package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** One trial of a run. */
public record TrialStatus(
        String name,
        Framework framework,
        String technique,
        Map<String, String> parameters,
        TrialPhase phase,
        @Nullable String node,
        @Nullable Measurement measurement,
        @Nullable Comparison comparison,
        List<GateResult> gates,
        @Pattern("^sha256:[0-9a-f]{64}$") @Nullable String digest,

        @JsonPropertyDescription("Tools that made and measured it, name to version")
        Map<String, String> versions,

        @Nullable String reason,
        @Nullable String message,
        @Nullable Stage stage,

        @JsonPropertyDescription("How much of it was measured") @Nullable
        Depth depth,

        @JsonPropertyDescription("Trial whose variant it runs with other engine options") @Nullable
        String base,

        @JsonPropertyDescription("Energy that optimizing and measuring it took, joules") @Nullable
        Decimal joulesSpent,

        @JsonPropertyDescription(
                "Which step gives other bytes each time, and why; absent: the same inputs give the same digest")
        @Nullable
        String nondeterministic,

        @JsonPropertyDescription("Run that measured it; absent: this one") @Nullable
        String inheritedFrom) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public TrialStatus {
        parameters = parameters == null ? Map.of() : Map.copyOf(parameters);
        gates = gates == null ? List.of() : List.copyOf(gates);
        versions = versions == null ? Map.of() : Map.copyOf(versions);
    }

    /** How a variant is named for people: {@code openvino/int8-ptq}. */
    public String variant() {
        return framework.slug() + "/" + technique;
    }
}
