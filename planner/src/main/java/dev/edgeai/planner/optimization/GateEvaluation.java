package dev.edgeai.planner.optimization;

import dev.edgeai.api.v1alpha1.Comparison;
import dev.edgeai.api.v1alpha1.Decimal;
import dev.edgeai.api.v1alpha1.Estimate;
import dev.edgeai.api.v1alpha1.GateResult;
import dev.edgeai.api.v1alpha1.Gates;
import dev.edgeai.api.v1alpha1.Measurement;
import dev.edgeai.api.v1alpha1.Verdict;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Holds a variant's measurement against the gates. What comes with a 95 % interval passes when the whole interval lies
 * on the right side of the threshold, fails when the whole of it lies on the wrong side, and is Inconclusive when it
 * straddles it or rests on too few samples (docs/decisions/gate-statistics.md). A minimum of 0 turns its gate off.
 */
public final class GateEvaluation {
    /** Alternated pairs below which a speed-up says nothing. */
    public static final int MIN_PAIRS = 50;

    /** Evaluation samples below which a quality says nothing. */
    public static final int MIN_QUALITY_SAMPLES = 100;

    /** Timed inferences below which a percentile or a variation says nothing. */
    public static final int MIN_LATENCY_SAMPLES = 100;

    /** Every gate that is in force, in the order of {@code spec.gates}. */
    public static List<GateResult> evaluate(Gates gates, Measurement variant, Comparison comparison) {
        List<GateResult> results = new ArrayList<>();
        if (on(gates.minAccuracyRetention())) {
            results.add(retention(gates.minAccuracyRetention(), comparison));
        }
        if (on(gates.minSpeedup())) {
            results.add(
                    variant.timed()
                            ? IntervalGate.atLeast(
                                    "minSpeedup",
                                    comparison.speedup(),
                                    gates.minSpeedup(),
                                    Unit.TIMES,
                                    "pairs",
                                    MIN_PAIRS)
                            : notMeasured("minSpeedup", gates.minSpeedup().toString(), variant));
        }
        if (on(gates.minMemoryReduction())) {
            results.add(memoryReduction(gates.minMemoryReduction(), variant, comparison));
        }
        results.add(variation(gates.maxLatencyVariation(), variant));
        absolute(gates, variant, results);
        return results;
    }

    /**
     * Pass only when all pass that could be measured; Fail when one fails; otherwise Inconclusive. No gate at all is a
     * pass.
     */
    public static Verdict overall(List<GateResult> gates) {
        if (gates.stream().anyMatch(g -> g.verdict() == Verdict.FAIL)) {
            return Verdict.FAIL;
        }
        return gates.stream().noneMatch(g -> g.verdict() == Verdict.INCONCLUSIVE) ? Verdict.PASS : Verdict.INCONCLUSIVE;
    }

    private static boolean on(Decimal minimum) {
        return minimum.value().signum() > 0;
    }

    private static GateResult retention(Decimal threshold, Comparison comparison) {
        Estimate retained =
                comparison.accuracyRetention() != null ? comparison.accuracyRetention() : comparison.fidelity();
        return IntervalGate.atLeast(
                "minAccuracyRetention", retained, threshold, Unit.PERCENT, "samples", MIN_QUALITY_SAMPLES);
    }

    /** A gate on what this hardware cannot tell. */
    private static GateResult notMeasured(String gate, String threshold, Measurement variant) {
        return new GateResult(
                gate,
                null,
                threshold,
                Verdict.NOT_MEASURED,
                "%s: not measured, as %s runs on other hardware than the nodes'".formatted(gate, variant.engine()));
    }

    private static GateResult memoryReduction(Decimal threshold, Measurement variant, Comparison comparison) {
        Decimal saved = comparison.memoryReduction();
        if (saved == null) {
            return notMeasured("minMemoryReduction", threshold.toString(), variant);
        }
        return PointGate.atLeast(
                "minMemoryReduction",
                saved.asDouble(),
                threshold.asDouble(),
                Unit.PERCENT,
                " (footprint: peak resident memory with the model less that of the same engine with none)");
    }

    private static GateResult variation(Decimal threshold, Measurement variant) {
        Decimal variation = variant.latencyVariation();
        return variation == null
                ? notMeasured("maxLatencyVariation", threshold.toString(), variant)
                : PointGate.atMost(
                        "maxLatencyVariation",
                        variation.asDouble(),
                        threshold.asDouble(),
                        Unit.PERCENT,
                        samples(variant));
    }

    private static int samples(Measurement variant) {
        return Objects.requireNonNullElse(variant.latencySamples(), 0);
    }

    private static void absolute(Gates gates, Measurement variant, List<GateResult> results) {
        if (gates.minAccuracy() != null && on(gates.minAccuracy())) {
            results.add(IntervalGate.atLeast(
                    "minAccuracy",
                    variant.quality(),
                    gates.minAccuracy(),
                    Unit.PERCENT,
                    "samples",
                    MIN_QUALITY_SAMPLES));
        }
        if (gates.maxLatencyP95() != null) {
            Long p95 = variant.latencyP95Micros();
            results.add(
                    p95 == null
                            ? notMeasured("maxLatencyP95", gates.maxLatencyP95().text(), variant)
                            : PointGate.atMost(
                                    "maxLatencyP95",
                                    p95 / 1000.0,
                                    gates.maxLatencyP95().duration().toNanos() / 1e6,
                                    Unit.MILLISECONDS,
                                    samples(variant)));
        }
        bytes("maxPeakMemory", gates.maxPeakMemory(), variant.peakMemoryBytes(), variant, results);
        bytes("maxSize", gates.maxSize(), variant.sizeBytes(), variant, results);
    }

    private static void bytes(
            String gate,
            @Nullable Quantity threshold,
            @Nullable Long value,
            Measurement variant,
            List<GateResult> results) {
        if (threshold != null) {
            double limit = threshold.getNumericalAmount().doubleValue();
            results.add(
                    value == null
                            ? notMeasured(gate, threshold.toString(), variant)
                            : PointGate.atMost(gate, value, limit, Unit.BYTES, Integer.MAX_VALUE));
        }
    }

    /** How a gate's value is written for people. */
    enum Unit {
        TIMES,
        PERCENT,
        MILLISECONDS,
        BYTES;

        String text(double value) {
            return switch (this) {
                case TIMES -> trimmed("%.2f", value) + "x";
                case PERCENT -> trimmed("%.2f", 100 * value) + " %";
                case MILLISECONDS -> trimmed("%.3f", value) + " ms";
                case BYTES -> trimmed("%.2f", value / (1 << 20)) + " MiB";
            };
        }

        /** By how much a value misses: points for shares, the unit itself for the rest. */
        String gap(double gap) {
            return this == PERCENT ? trimmed("%.2f", 100 * gap) + " points" : text(gap);
        }

        private static String trimmed(String format, double value) {
            String text = String.format(Locale.ROOT, format, value);
            return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
        }
    }

    private GateEvaluation() {}
}
