package dev.edgeai.api.v1alpha1.measurement;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** A variant against the baseline, both measured alternately in one process on one node. */
@RecordBuilder
public record Comparison(
        @JsonPropertyDescription(
                "Baseline's median latency over the variant's, from alternated pairs; absent when not timed")
        @Nullable
        Estimate speedup,

        @JsonPropertyDescription("Share of the baseline's task metric kept") @Nullable
        Estimate accuracyRetention,

        @JsonPropertyDescription("Share of samples on which both give the same answer, or mean cosine similarity")
        @Nullable
        Estimate fidelity,

        @JsonPropertyDescription("Share of the baseline's memory footprint saved") @Nullable
        Decimal memoryReduction,

        @JsonPropertyDescription("Share of the baseline's file size saved")
        Decimal sizeReduction,

        @JsonPropertyDescription("Of language models") @Nullable
        Language language,

        @JsonPropertyDescription(
                "The same qualities on samples that no choice among variants looks at: the final gate is on them")
        @Nullable
        HeldOut heldOut,

        @JsonPropertyDescription(
                "Variant's energy of an inference over the baseline's, by the same method in the same trial")
        @Nullable
        Decimal energyRatio) {

    /** Where energy was not compared. */
    public Comparison(
            @Nullable Estimate speedup,
            @Nullable Estimate accuracyRetention,
            @Nullable Estimate fidelity,
            @Nullable Decimal memoryReduction,
            Decimal sizeReduction,
            @Nullable Language language,
            @Nullable HeldOut heldOut) {
        this(speedup, accuracyRetention, fidelity, memoryReduction, sizeReduction, language, heldOut, null);
    }

    /** The same with the memory saved, where that is not known yet and both were measured. */
    public Comparison withMemoryOf(Measurement baseline, Measurement variant) {
        return memoryReduction != null
                ? this
                : ComparisonBuilder.builder(this)
                        .memoryReduction(variant.memorySavedFrom(baseline))
                        .build();
    }

    /** The same with the qualities of the held-out part in the place of those that the choice looked at. */
    public Comparison atLast(HeldOut part) {
        return ComparisonBuilder.builder(this)
                .accuracyRetention(part.accuracyRetention())
                .fidelity(part.fidelity())
                .language(part.language())
                .build();
    }

    /** Share of the task metric kept, as it is certified: on held-out samples where there are some. */
    public @Nullable Estimate certifiedRetention() {
        return heldOut == null ? accuracyRetention : heldOut.accuracyRetention();
    }

    /** Fidelity, as it is certified. */
    public @Nullable Estimate certifiedFidelity() {
        return heldOut == null ? fidelity : heldOut.fidelity();
    }

    /** Quality of a variant on the held-out part of the dataset. */
    public record HeldOut(
            @JsonPropertyDescription("The variant's task metric") @Nullable
            Estimate quality,

            @JsonPropertyDescription("Share of the baseline's task metric kept") @Nullable
            Estimate accuracyRetention,

            @JsonPropertyDescription("Share of samples on which both give the same answer, or mean cosine similarity")
            @Nullable
            Estimate fidelity,

            @JsonPropertyDescription("Of language models") @Nullable
            Language language) {}

    /** A language model's variant against the baseline on the same text. */
    public record Language(
            @JsonPropertyDescription(
                    "Mean Kullback-Leibler divergence of the variant's next-token distribution from the "
                            + "baseline's, nats; samples are blocks of text")
            Estimate klDivergence,

            @JsonPropertyDescription("Variant's perplexity over the baseline's")
            Estimate perplexityRatio,

            @JsonPropertyDescription(
                    "Mean change of the decision margin (log-odds of the right answer) on the labelled task, nats")
            @Nullable
            Estimate marginShift) {}
}
