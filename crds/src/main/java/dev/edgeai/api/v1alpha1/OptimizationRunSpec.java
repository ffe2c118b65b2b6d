package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** One search on one accelerator class. It never changes: another search is another run. */
@ValidationRule(
        value = "self == oldSelf",
        message = "spec of an OptimizationRun cannot change; make a new run (or edit the EdgeModel that owns it)")
public record OptimizationRunSpec(
        @Required ModelSource source,
        @Required Task task,
        @Required Evaluation evaluation,

        @Required @JsonPropertyDescription("Name of an accelerator profile of the operator's configuration")
        String accelerator,

        @Default("{}") Objectives objectives,
        @Default("{}") Gates gates,
        @Default("{}") Search search,
        @Default("42") Integer seed,

        @Pattern(TimeSpan.PATTERN)
        @JsonPropertyDescription("Time after which a finished run without owner is deleted")
        @Nullable
        TimeSpan ttlAfterFinished) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public OptimizationRunSpec {
        objectives = objectives == null ? Objectives.defaults() : objectives;
        gates = gates == null ? Gates.defaults() : gates;
        search = search == null ? Search.defaults() : search;
        seed = seed == null ? 42 : seed;
    }
}
