package dev.edgeai.api.v1alpha1;

import io.fabric8.generator.annotation.Pattern;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** Gates of one target; what is absent is taken from {@code spec.gates}. */
public record GateOverrides(
        @Pattern(Decimal.NON_NEGATIVE) @Nullable Decimal minAccuracyRetention,
        @Pattern(Decimal.NON_NEGATIVE) @Nullable Decimal minSpeedup,
        @Pattern(Decimal.NON_NEGATIVE) @Nullable Decimal minMemoryReduction,
        @Pattern(Decimal.NON_NEGATIVE) @Nullable Decimal maxLatencyVariation,
        @Pattern(Decimal.NON_NEGATIVE) @Nullable Decimal minAccuracy,
        @Pattern(TimeSpan.PATTERN) @Nullable TimeSpan maxLatencyP95,
        @Nullable Quantity maxPeakMemory,
        @Nullable Quantity maxSize,
        @Pattern(Decimal.NON_NEGATIVE) @Nullable Decimal maxKlDivergence,
        @Pattern(Decimal.NON_NEGATIVE) @Nullable Decimal maxPerplexityIncrease,
        @Pattern(Decimal.NON_NEGATIVE) @Nullable Decimal maxJoulesPerInference) {

    /** The gates that hold for this target. */
    public Gates over(Gates base) {
        return new Gates(
                minAccuracyRetention != null ? minAccuracyRetention : base.minAccuracyRetention(),
                minSpeedup != null ? minSpeedup : base.minSpeedup(),
                minMemoryReduction != null ? minMemoryReduction : base.minMemoryReduction(),
                maxLatencyVariation != null ? maxLatencyVariation : base.maxLatencyVariation(),
                minAccuracy != null ? minAccuracy : base.minAccuracy(),
                maxLatencyP95 != null ? maxLatencyP95 : base.maxLatencyP95(),
                maxPeakMemory != null ? maxPeakMemory : base.maxPeakMemory(),
                maxSize != null ? maxSize : base.maxSize(),
                maxKlDivergence != null ? maxKlDivergence : base.maxKlDivergence(),
                maxPerplexityIncrease != null ? maxPerplexityIncrease : base.maxPerplexityIncrease(),
                maxJoulesPerInference != null ? maxJoulesPerInference : base.maxJoulesPerInference());
    }
}
