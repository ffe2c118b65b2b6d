package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.gate.Gate;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Verdict;

/** A gate on a single number. */
final class PointGate {
    static GateResult atLeast(Gate gate, double value, double threshold, GateUnit unit, String note) {
        boolean passes = value >= threshold;
        String message = gate + ": " + unit.text(value) + note
                + (passes
                        ? " is at least " + unit.text(threshold)
                        : " is below " + unit.text(threshold) + " by " + unit.gap(threshold - value));
        return result(gate, value, threshold, passes ? Verdict.PASS : Verdict.FAIL, message);
    }

    static GateResult atMost(Gate gate, double value, double threshold, GateUnit unit, String note) {
        boolean passes = value <= threshold;
        String message = gate + ": " + unit.text(value) + note
                + (passes
                        ? " is at most " + unit.text(threshold)
                        : " is above " + unit.text(threshold) + " by " + unit.gap(value - threshold));
        return result(gate, value, threshold, passes ? Verdict.PASS : Verdict.FAIL, message);
    }

    /** Of a value that rests on too few timed inferences. */
    static GateResult tooFew(Gate gate, double value, double threshold, GateUnit unit, int samples, int minimum) {
        String message = "%s: %s rests on %d inferences, fewer than the %d that %s needs"
                .formatted(gate, unit.text(value), samples, minimum, unit.text(threshold));
        return result(gate, value, threshold, Verdict.INCONCLUSIVE, message);
    }

    private static GateResult result(Gate gate, double value, double threshold, Verdict verdict, String message) {
        return new GateResult(
                gate, Decimal.of(value).toString(), Decimal.of(threshold).toString(), verdict, message);
    }

    private PointGate() {}
}
