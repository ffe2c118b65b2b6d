package dev.edgeai.planner.optimization;

import dev.edgeai.api.v1alpha1.Decimal;
import dev.edgeai.api.v1alpha1.Estimate;
import dev.edgeai.api.v1alpha1.GateResult;
import dev.edgeai.api.v1alpha1.Verdict;
import dev.edgeai.planner.optimization.GateEvaluation.Unit;
import org.jspecify.annotations.Nullable;

/** A gate on a value that comes with a 95 % interval. */
final class IntervalGate {
    static GateResult atLeast(
            String name, @Nullable Estimate measured, Decimal threshold, Unit unit, String samplesAre, int minimum) {
        String asked = unit.text(threshold.asDouble());
        if (measured == null) {
            String message =
                    "%s: was not measured, so it cannot be held against %s; give the dataset labels or use metric Fidelity"
                            .formatted(name, asked);
            return new GateResult(name, null, threshold.toString(), Verdict.INCONCLUSIVE, message);
        }
        String found = "%s: %s (95 %% interval %s to %s, %d %s)"
                .formatted(
                        name,
                        unit.text(measured.value().asDouble()),
                        unit.text(measured.lower().asDouble()),
                        unit.text(measured.upper().asDouble()),
                        measured.samples(),
                        samplesAre);
        Verdict verdict = verdict(measured, threshold, minimum);
        String message = found
                + switch (verdict) {
                    case PASS -> " is at least " + asked;
                    case FAIL ->
                        " is below %s by %s"
                                .formatted(
                                        asked,
                                        unit.gap(threshold.asDouble()
                                                - measured.value().asDouble()));
                    case INCONCLUSIVE, NOT_MEASURED ->
                        measured.samples() < minimum
                                ? " rests on fewer than the %d %s that %s needs".formatted(minimum, samplesAre, asked)
                                : " straddles %s; more %s would settle it".formatted(asked, samplesAre);
                };
        return new GateResult(name, measured.value().toString(), threshold.toString(), verdict, message);
    }

    private static Verdict verdict(Estimate measured, Decimal threshold, int minimum) {
        if (measured.samples() < minimum) {
            return Verdict.INCONCLUSIVE;
        }
        if (measured.lower().compareTo(threshold) >= 0) {
            return Verdict.PASS;
        }
        return measured.upper().compareTo(threshold) < 0 ? Verdict.FAIL : Verdict.INCONCLUSIVE;
    }

    private IntervalGate() {}
}
