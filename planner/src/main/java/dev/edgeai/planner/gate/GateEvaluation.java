package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.gate.Gate;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Comparison.HeldOut;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.MeasurementBuilder;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Verdict;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * Holds a variant's measurement against the gates. What comes with a 95 % interval passes when the whole interval lies
 * on the right side of the threshold, fails when the whole of it lies on the wrong side, and is Inconclusive when it
 * straddles it or rests on too few samples (docs/decisions/gate-statistics.md). A minimum of 0 turns its gate off.
 */
public final class GateEvaluation {
    /** Evaluation samples below which a quality says nothing. */
    public static final int MIN_QUALITY_SAMPLES = 100;

    private final Gates gates;
    private final Measurement variant;
    private final Comparison comparison;
    private final boolean heldOut;
    private final TimedGates timed;
    private final List<GateResult> results = new ArrayList<>();

    private GateEvaluation(Gates gates, Measurement variant, Comparison comparison, boolean heldOut) {
        this.gates = gates;
        this.variant = variant;
        this.comparison = comparison;
        this.heldOut = heldOut;
        this.timed = new TimedGates(variant, comparison.language() != null || variant.generation() != null);
    }

    /** Every gate that is in force, in the order of {@code spec.gates}; quality is that which variants are chosen by. */
    public static List<GateResult> evaluate(Gates gates, Measurement variant, Comparison comparison) {
        return new GateEvaluation(gates, variant, comparison, false).all();
    }

    /**
     * The same with the quality on the samples that were held out of the choice, which is what a certificate rests on: the
     * best of many is flattered by the samples that made it the best. Empty where none were held out.
     */
    public static List<GateResult> onHeldOut(Gates gates, Measurement variant, Comparison comparison) {
        HeldOut heldOut = comparison.heldOut();
        if (heldOut == null) {
            return List.of();
        }
        return new GateEvaluation(
                        gates,
                        MeasurementBuilder.builder(variant)
                                .quality(heldOut.quality())
                                .build(),
                        comparison.atLast(heldOut),
                        true)
                .all();
    }

    private List<GateResult> all() {
        relative();
        absolute();
        bytes(Gate.MAX_PEAK_MEMORY, gates.maxPeakMemory(), variant.peakMemoryBytes());
        bytes(Gate.MAX_SIZE, gates.maxSize(), variant.sizeBytes());
        if (comparison.language() != null) {
            results.addAll(LanguageGates.evaluate(gates, comparison.language(), heldOut));
        }
        if (gates.maxJoulesPerInference() != null) {
            results.add(timed.energy(gates.maxJoulesPerInference()));
        }
        if (gates.minFidelity() != null && on(gates.minFidelity())) {
            results.add(fidelity(gates.minFidelity()));
        }
        return List.copyOf(results);
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

    private void relative() {
        if (on(gates.minAccuracyRetention())) {
            results.add(retention(gates.minAccuracyRetention()));
        }
        if (on(gates.minSpeedup())) {
            results.add(timed.speedup(comparison.speedup(), gates.minSpeedup()));
        }
        if (on(gates.minMemoryReduction())) {
            results.add(memoryReduction(gates.minMemoryReduction()));
        }
        results.add(timed.variation(gates.maxLatencyVariation()));
    }

    private void absolute() {
        if (gates.minAccuracy() != null && on(gates.minAccuracy())) {
            results.add(quality(Gate.MIN_ACCURACY, gates.minAccuracy()).atLeast(variant.quality()));
        }
        if (gates.maxLatencyP95() != null) {
            results.add(timed.p95(gates.maxLatencyP95()));
        }
    }

    private static boolean on(Decimal minimum) {
        return minimum.value().signum() > 0;
    }

    private GateResult retention(Decimal threshold) {
        if (comparison.accuracyRetention() != null) {
            return quality(Gate.MIN_ACCURACY_RETENTION, threshold).atLeast(comparison.accuracyRetention());
        }
        return comparison.language() == null
                ? quality(Gate.MIN_ACCURACY_RETENTION, threshold).atLeast(comparison.fidelity())
                : LanguageGates.others(
                        Gate.MIN_ACCURACY_RETENTION, threshold, "as the dataset has no labelled prompts");
    }

    /** Agreement of language models says less than their divergence (docs/decisions/gates-of-language-models.md). */
    private GateResult fidelity(Decimal threshold) {
        return comparison.language() == null
                ? quality(Gate.MIN_FIDELITY, threshold).atLeast(comparison.fidelity())
                : LanguageGates.others(
                        Gate.MIN_FIDELITY, threshold, "as the next words of language models have many good answers");
    }

    private IntervalGate quality(Gate gate, Decimal threshold) {
        return new IntervalGate(
                gate, threshold, GateUnit.PERCENT, heldOut ? EvidenceUnit.HELD_OUT_SAMPLES : EvidenceUnit.SAMPLES);
    }

    private GateResult memoryReduction(Decimal threshold) {
        Decimal saved = comparison.memoryReduction();
        return saved == null
                ? TimedGates.otherHardware(variant, Gate.MIN_MEMORY_REDUCTION, threshold.toString())
                : MemoryGate.atLeast(variant, saved, threshold);
    }

    private void bytes(Gate gate, @Nullable Quantity threshold, @Nullable Long value) {
        if (threshold != null) {
            double limit = threshold.getNumericalAmount().doubleValue();
            results.add(
                    value == null
                            ? TimedGates.otherHardware(variant, gate, threshold.toString())
                            : PointGate.atMost(gate, value, limit, GateUnit.BYTES, ""));
        }
    }
}
