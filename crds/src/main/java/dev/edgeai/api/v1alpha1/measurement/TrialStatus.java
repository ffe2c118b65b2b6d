package dev.edgeai.api.v1alpha1.measurement;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.search.Stage;
import dev.edgeai.api.v1alpha1.value.Decimal;
import io.fabric8.generator.annotation.Pattern;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** One trial of a run. */
@RecordBuilder
public record TrialStatus(
        @JsonPropertyDescription("Of the trial") String name,

        @JsonPropertyDescription("What the variant is made with; absent for the source itself") @Nullable
        Framework framework,

        @JsonPropertyDescription("What is done to the model, for example int8-ptq; absent for the source itself")
        @Nullable
        String technique,

        @JsonPropertyDescription("Of the technique") Map<String, String> parameters,
        @JsonPropertyDescription("Where the trial is") TrialPhase phase,

        @JsonPropertyDescription("Where it was measured") @Nullable
        String node,

        @JsonPropertyDescription("What was measured of the variant") @Nullable
        Measurement measurement,

        @JsonPropertyDescription("The variant against the baseline") @Nullable
        Comparison comparison,

        @JsonPropertyDescription("What each gate says") List<GateResult> gates,

        @Pattern("^sha256:[0-9a-f]{64}$") @JsonPropertyDescription("Digest of the artifact") @Nullable
        String digest,

        @JsonPropertyDescription("Tools that made and measured it, name to version")
        Map<String, String> versions,

        @JsonPropertyDescription("Why it failed or was not tried, in one word") @Nullable
        String reason,

        @JsonPropertyDescription("Why, in a sentence") @Nullable
        String message,

        @JsonPropertyDescription("The step it is in, or failed in") @Nullable
        Stage stage,

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
    /** Name of the trial that measures the source as what is to serve, when no variant qualifies. */
    public static final String SOURCE = "source";

    @SuppressWarnings({"NullAway", "ConstantValue"})
    public TrialStatus {
        parameters = parameters == null ? Map.of() : Map.copyOf(parameters);
        gates = gates == null ? List.of() : List.copyOf(gates);
        versions = versions == null ? Map.of() : Map.copyOf(versions);
    }

    /** How a variant is named for people: {@code openvino/int8-ptq}; {@code source} is the source itself. */
    public String variant() {
        return framework == null ? SOURCE : framework.slug() + "/" + technique;
    }

    /** Whether it is no variant but the source itself. */
    public boolean ofSource() {
        return SOURCE.equals(name);
    }
}
