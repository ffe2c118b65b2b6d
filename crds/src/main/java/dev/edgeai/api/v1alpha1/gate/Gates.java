package dev.edgeai.api.v1alpha1.gate;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.source.Metric;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** What a variant must reach to be certified: relative to the measured baseline, and absolute where given. */
@RecordBuilder
public record Gates(
        @Default("\"0.95\"")
        @Pattern(Decimal.SHARE)
        @JsonPropertyDescription("Least share of the baseline's task metric kept")
        Decimal minAccuracyRetention,

        @Default("\"2.0\"")
        @Pattern(Decimal.NON_NEGATIVE)
        @JsonPropertyDescription("Least ratio of the baseline's median latency to the variant's")
        Decimal minSpeedup,

        @Default("\"0.50\"")
        @Pattern(Decimal.SHARE)
        @JsonPropertyDescription("Least share of the baseline's memory footprint saved")
        Decimal minMemoryReduction,

        @Default("\"0.20\"")
        @Pattern(Decimal.NON_NEGATIVE)
        @JsonPropertyDescription(
                "Highest variation of the variant's latency (spread over median, see docs/measurement.md)")
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

        @Default("\"0.10\"")
        @Pattern(Decimal.NON_NEGATIVE)
        @JsonPropertyDescription(
                "Language models: highest mean Kullback-Leibler divergence from the baseline, nats a token")
        Decimal maxKlDivergence,

        @Default("\"0.10\"")
        @Pattern(Decimal.NON_NEGATIVE)
        @JsonPropertyDescription("Language models: highest rise of perplexity over the baseline's, as a share of it")
        Decimal maxPerplexityIncrease,

        @Pattern(Decimal.NON_NEGATIVE) @JsonPropertyDescription("Highest energy of one inference, joules") @Nullable
        Decimal maxJoulesPerInference,

        @Pattern(Decimal.SHARE) @JsonPropertyDescription(Gates.MIN_FIDELITY) @Nullable
        Decimal minFidelity) {
    static final String MIN_FIDELITY = "Least fidelity: share of samples with the baseline's answer, or mean cosine"
            + " similarity to its output. Default: 0.95 for TextEmbedding with another metric than Fidelity, else none";

    /** CEL: of a quantity, where nothing at all makes no sense. */
    static final String SOME = "!isQuantity(string(self)) || quantity(string(self)).compareTo(quantity('0')) > 0";

    static final String SOME_MESSAGE = "give more than 0, for example 512Mi";

    @SuppressWarnings({"NullAway", "ConstantValue"})
    public Gates {
        minAccuracyRetention = minAccuracyRetention == null ? Decimal.of("0.95") : minAccuracyRetention;
        minSpeedup = minSpeedup == null ? Decimal.of("2.0") : minSpeedup;
        minMemoryReduction = minMemoryReduction == null ? Decimal.of("0.50") : minMemoryReduction;
        maxLatencyVariation = maxLatencyVariation == null ? Decimal.of("0.20") : maxLatencyVariation;
        maxKlDivergence = maxKlDivergence == null ? Decimal.of("0.10") : maxKlDivergence;
        maxPerplexityIncrease = maxPerplexityIncrease == null ? Decimal.of("0.10") : maxPerplexityIncrease;
    }

    /**
     * The same with what is asked by default of a model of this kind. Vectors are held against the original's even where
     * another metric judges them, because the indexes that they are looked up in hold the original's.
     *
     * @param task what the model is for
     * @param metric that was asked for; absent: the task's
     */
    public Gates of(Task task, @Nullable Metric metric) {
        boolean vectors = task == Task.TEXT_EMBEDDING && metric != null && metric != Metric.FIDELITY;
        return vectors && minFidelity == null
                ? GatesBuilder.builder(this).minFidelity(Decimal.of("0.95")).build()
                : this;
    }

    @SuppressWarnings("NullAway")
    public static Gates defaults() {
        return GatesBuilder.builder().build();
    }
}
