package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Verdict;

/** A gate on a single number. */
final class PointGate {
    static GateResult atLeast(String name, double value, double threshold, GateUnit unit, String note) {
        boolean passes = value >= threshold;
        String message = name + ": " + unit.text(value) + note
                + (passes
                        ? " is at least " + unit.text(threshold)
                        : " is below " + unit.text(threshold) + " by " + unit.gap(threshold - value));
        return result(name, value, threshold, passes ? Verdict.PASS : Verdict.FAIL, message);
    }

    static GateResult atMost(String name, double value, double threshold, GateUnit unit, String note) {
        boolean passes = value <= threshold;
        String message = name + ": " + unit.text(value) + note
                + (passes
                        ? " is at most " + unit.text(threshold)
                        : " is above " + unit.text(threshold) + " by " + unit.gap(value - threshold));
        return result(name, value, threshold, passes ? Verdict.PASS : Verdict.FAIL, message);
    }

    /** Of a value that rests on too few timed inferences. */
    static GateResult tooFew(String name, double value, double threshold, GateUnit unit, int samples, int minimum) {
        String message = "%s: %s rests on %d inferences, fewer than the %d that %s needs"
                .formatted(name, unit.text(value), samples, minimum, unit.text(threshold));
        return result(name, value, threshold, Verdict.INCONCLUSIVE, message);
    }

    private static GateResult result(String name, double value, double threshold, Verdict verdict, String message) {
        return new GateResult(
                name, Decimal.of(value).toString(), Decimal.of(threshold).toString(), verdict, message);
    }

    private PointGate() {}
}
