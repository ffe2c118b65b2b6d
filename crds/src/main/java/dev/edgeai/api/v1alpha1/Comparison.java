package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** A variant against the baseline, both measured alternately in one process on one node. */
public record Comparison(
        @JsonPropertyDescription("Baseline's median latency over the variant's, from alternated pairs")
        Estimate speedup,

        @JsonPropertyDescription("Share of the baseline's task metric kept") @Nullable
        Estimate accuracyRetention,

        @JsonPropertyDescription("Share of samples on which both give the same answer, or mean cosine similarity")
        @Nullable
        Estimate fidelity,

        @JsonPropertyDescription("Share of the baseline's memory footprint saved")
        Decimal memoryReduction,

        @JsonPropertyDescription("Share of the baseline's file size saved")
        Decimal sizeReduction) {}
