package dev.edgeai.api.v1alpha1.gate;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** Gates of one target; what is absent is taken from {@code spec.gates}. */
@RecordBuilder
public record GateOverrides(
        @Pattern(Decimal.NON_NEGATIVE)
        @JsonPropertyDescription("Least share of the baseline's task metric kept")
        @Nullable
        Decimal minAccuracyRetention,

        @Pattern(Decimal.NON_NEGATIVE)
        @JsonPropertyDescription("Least ratio of the baseline's median latency to the variant's")
        @Nullable
        Decimal minSpeedup,

        @Pattern(Decimal.NON_NEGATIVE)
        @JsonPropertyDescription("Least share of the baseline's memory footprint saved")
        @Nullable
        Decimal minMemoryReduction,

        @Pattern(Decimal.NON_NEGATIVE)
        @JsonPropertyDescription("Highest variation of the variant's latency (spread over median)")
        @Nullable
        Decimal maxLatencyVariation,

        @Pattern(Decimal.NON_NEGATIVE) @JsonPropertyDescription("Least task metric, absolute") @Nullable
        Decimal minAccuracy,

        @Pattern(TimeSpan.PATTERN)
        @ValidationRule(value = TimeSpan.SOME, message = TimeSpan.SOME_MESSAGE)
        @JsonPropertyDescription("Highest 95th percentile of latency")
        @Nullable
        TimeSpan maxLatencyP95,

        @ValidationRule(value = Gates.SOME, message = Gates.SOME_MESSAGE)
        @JsonPropertyDescription("Highest peak resident memory of the model with its engine")
        @Nullable
        Quantity maxPeakMemory,

        @ValidationRule(value = Gates.SOME, message = Gates.SOME_MESSAGE)
        @JsonPropertyDescription("Highest size of the variant's files")
        @Nullable
        Quantity maxSize,

        @Pattern(Decimal.NON_NEGATIVE)
        @JsonPropertyDescription(
                "Language models: highest mean Kullback-Leibler divergence from the baseline, nats a token")
        @Nullable
        Decimal maxKlDivergence,

        @Pattern(Decimal.NON_NEGATIVE)
        @JsonPropertyDescription("Language models: highest rise of perplexity over the baseline's, as a share of it")
        @Nullable
        Decimal maxPerplexityIncrease,

        @Pattern(Decimal.NON_NEGATIVE) @JsonPropertyDescription("Highest energy of one inference, joules") @Nullable
        Decimal maxJoulesPerInference,

        @Pattern(Decimal.SHARE) @JsonPropertyDescription(Gates.MIN_FIDELITY) @Nullable
        Decimal minFidelity) {

    /** The gates that hold for this target. */
    public Gates over(Gates base) {
        return GatesBuilder.builder()
                .minAccuracyRetention(minAccuracyRetention != null ? minAccuracyRetention : base.minAccuracyRetention())
                .minSpeedup(minSpeedup != null ? minSpeedup : base.minSpeedup())
                .minMemoryReduction(minMemoryReduction != null ? minMemoryReduction : base.minMemoryReduction())
                .maxLatencyVariation(maxLatencyVariation != null ? maxLatencyVariation : base.maxLatencyVariation())
                .minAccuracy(minAccuracy != null ? minAccuracy : base.minAccuracy())
                .maxLatencyP95(maxLatencyP95 != null ? maxLatencyP95 : base.maxLatencyP95())
                .maxPeakMemory(maxPeakMemory != null ? maxPeakMemory : base.maxPeakMemory())
                .maxSize(maxSize != null ? maxSize : base.maxSize())
                .maxKlDivergence(maxKlDivergence != null ? maxKlDivergence : base.maxKlDivergence())
                .maxPerplexityIncrease(
                        maxPerplexityIncrease != null ? maxPerplexityIncrease : base.maxPerplexityIncrease())
                .maxJoulesPerInference(
                        maxJoulesPerInference != null ? maxJoulesPerInference : base.maxJoulesPerInference())
                .minFidelity(minFidelity != null ? minFidelity : base.minFidelity())
                .build();
    }
}
