package dev.edgeai.planner.optimization;

import dev.edgeai.api.v1alpha1.Decimal;
import dev.edgeai.api.v1alpha1.GateResult;
import dev.edgeai.api.v1alpha1.Verdict;
import dev.edgeai.planner.optimization.GateEvaluation.Unit;

/** A gate on a single number. */
final class PointGate {
    static GateResult atLeast(String name, double value, double threshold, Unit unit, String note) {
        boolean passes = value >= threshold;
        String message = name + ": " + unit.text(value) + note
                + (passes
                        ? " is at least " + unit.text(threshold)
                        : " is below " + unit.text(threshold) + " by " + unit.gap(threshold - value));
        return result(name, value, threshold, passes ? Verdict.PASS : Verdict.FAIL, message);
    }

    /**
     * @param samples timed inferences it rests on; fewer than {@link GateEvaluation#MIN_LATENCY_SAMPLES} are
     *     Inconclusive
     */
    static GateResult atMost(String name, double value, double threshold, Unit unit, int samples) {
        String found = name + ": " + unit.text(value);
        if (samples < GateEvaluation.MIN_LATENCY_SAMPLES) {
            String message = "%s rests on %d inferences, fewer than the %d that %s needs"
                    .formatted(found, samples, GateEvaluation.MIN_LATENCY_SAMPLES, unit.text(threshold));
            return result(name, value, threshold, Verdict.INCONCLUSIVE, message);
        }
        boolean passes = value <= threshold;
        String message = found
                + (passes
                        ? " is at most " + unit.text(threshold)
                        : " is above " + unit.text(threshold) + " by " + unit.gap(value - threshold));
        return result(name, value, threshold, passes ? Verdict.PASS : Verdict.FAIL, message);
    }

    private static GateResult result(String name, double value, double threshold, Verdict verdict, String message) {
        return new GateResult(
                name, Decimal.of(value).toString(), Decimal.of(threshold).toString(), verdict, message);
    }

    private PointGate() {}
}
