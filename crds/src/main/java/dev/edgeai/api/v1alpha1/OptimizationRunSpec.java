package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.gate.Objectives;
import dev.edgeai.api.v1alpha1.rollout.WhenNoneQualifies;
import dev.edgeai.api.v1alpha1.search.Search;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** One search on one accelerator class. It never changes: another search is another run. */
@ValidationRule(
        value = "self == oldSelf",
        message = "spec of an OptimizationRun cannot change; make a new run (or edit the EdgeModel that owns it)")
@RecordBuilder
public record OptimizationRunSpec(
        @Required @JsonPropertyDescription("Where the original model lies")
        ModelSource source,

        @Required @JsonPropertyDescription("What the model is for; decides how its answers are compared")
        Task task,

        @Required @JsonPropertyDescription("What the quality of a variant is measured with")
        Evaluation evaluation,

        @Required @JsonPropertyDescription("Name of an accelerator profile of the operator's configuration")
        String accelerator,

        @Default("{}") @JsonPropertyDescription("Weights by which one variant of the Pareto front is chosen")
        Objectives objectives,

        @Default("{}") @JsonPropertyDescription("What a variant must reach to be certified")
        Gates gates,

        @Default("{}") @JsonPropertyDescription("How variants are looked for, and what that may take")
        Search search,

        @Default("42") @JsonPropertyDescription("Of all that is random: the same inputs and seed give the same trials")
        Integer seed,

        @Pattern(TimeSpan.PATTERN)
        @JsonPropertyDescription("Time after which a finished run without owner is deleted")
        @Nullable
        TimeSpan ttlAfterFinished,

        @JsonPropertyDescription(
                "ServeSource: when no variant passes the gates, the source itself is measured and certified as what it is. "
                        + "Absent: Nothing; a run of an EdgeModel has what its rollout says")
        @Nullable
        WhenNoneQualifies whenNoneQualifies) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public OptimizationRunSpec {
        objectives = objectives == null ? Objectives.defaults() : objectives;
        gates = gates == null ? Gates.defaults() : gates;
        search = search == null ? Search.defaults() : search;
        seed = seed == null ? 42 : seed;
    }

    /** What variants are held against: the gates that were asked for, with the defaults of such a model. */
    public Gates judgedBy() {
        return gates.of(task, evaluation.metric());
    }

    /** Whether the source is to serve when no variant qualifies. */
    public boolean fallsBackToSource() {
        return whenNoneQualifies == WhenNoneQualifies.SERVE_SOURCE;
    }
}
