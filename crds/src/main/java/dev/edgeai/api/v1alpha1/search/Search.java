package dev.edgeai.api.v1alpha1.search;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

import java.util.List;

/** How a run looks for variants, and what it may spend. */
public record Search(
        @Default("8") @Min(1) @Max(64) @JsonPropertyDescription("Variants tried at most")
        Integer maxTrials,

        @Default("1") @Min(1) @Max(16) @JsonPropertyDescription("Trials at a time")
        Integer parallelism,

        @Default("1h")
        @Pattern(TimeSpan.PATTERN)
        @ValidationRule(value = TimeSpan.SOME, message = TimeSpan.SOME_MESSAGE)
        @JsonPropertyDescription("Wall time of the whole run")
        TimeSpan timeout,

        @Default("[]")
        @Size(max = 5)
        @JsonPropertyDescription("Frameworks to try, in this order; empty: the accelerator's decision table decides")
        List<Framework> frameworks,

        @Default("Progressive") @JsonPropertyDescription("How the next trial is found")
        Strategy strategy,

        @Pattern(Decimal.NON_NEGATIVE)
        @JsonPropertyDescription(
                "Energy that optimizing and measuring may take, joules; an estimate where it cannot be measured")
        @Nullable
        Decimal maxEnergyJoules) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public Search {
        maxTrials = maxTrials == null ? 8 : maxTrials;
        parallelism = parallelism == null ? 1 : parallelism;
        timeout = timeout == null ? new TimeSpan("1h") : timeout;
        frameworks = frameworks == null ? List.of() : List.copyOf(frameworks);
        strategy = strategy == null ? Strategy.PROGRESSIVE : strategy;
    }

    @SuppressWarnings("NullAway")
    public static Search defaults() {
        return new Search(null, null, null, null, null, null);
    }
}
