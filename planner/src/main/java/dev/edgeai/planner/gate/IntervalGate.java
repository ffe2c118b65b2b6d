package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * A gate on a value that comes with a 95 % interval.
 *
 * @param name field of {@code spec.gates}
 * @param threshold what is asked for
 * @param unit how values are written
 * @param samplesAre what the value rests on, for example {@code pairs}
 * @param minimum of them below which the value says nothing
 */
record IntervalGate(String name, Decimal threshold, GateUnit unit, String samplesAre, int minimum) {
    GateResult atLeast(@Nullable Estimate measured) {
        if (measured == null) {
            return unknown();
        }
        return result(
                        measured,
                        measured.lower().compareTo(threshold) >= 0,
                        measured.upper().compareTo(threshold) < 0)
                .of("at least", "below");
    }

    GateResult atMost(@Nullable Estimate measured) {
        if (measured == null) {
            return unknown();
        }
        return result(
                        measured,
                        measured.upper().compareTo(threshold) <= 0,
                        measured.lower().compareTo(threshold) > 0)
                .of("at most", "above");
    }

    private GateResult unknown() {
        String message =
                "%s: was not measured, so it cannot be held against %s; give the dataset labels or use metric Fidelity"
                        .formatted(name, unit.text(threshold.asDouble()));
        return new GateResult(name, null, threshold.toString(), Verdict.INCONCLUSIVE, message);
    }

    private Outcome result(Estimate measured, boolean right, boolean wrong) {
        Verdict verdict = measured.samples() < minimum
                ? Verdict.INCONCLUSIVE
                : right ? Verdict.PASS : wrong ? Verdict.FAIL : Verdict.INCONCLUSIVE;
        return new Outcome(this, measured, verdict);
    }

    private record Outcome(IntervalGate gate, Estimate measured, Verdict verdict) {
        GateResult of(String reached, String missed) {
            String asked = gate.unit.text(gate.threshold.asDouble());
            String end = switch (verdict) {
                case PASS -> " is %s %s".formatted(reached, asked);
                case FAIL ->
                    " is %s %s by %s"
                            .formatted(
                                    missed,
                                    asked,
                                    gate.unit.gap(Math.abs(gate.threshold.asDouble()
                                            - measured.value().asDouble())));
                case INCONCLUSIVE, NOT_MEASURED ->
                    measured.samples() < gate.minimum
                            ? " rests on fewer than the %d %s that %s needs"
                                    .formatted(gate.minimum, gate.samplesAre, asked)
                            : " straddles %s; more %s would settle it".formatted(asked, gate.samplesAre);
            };
            return new GateResult(
                    gate.name, measured.value().toString(), gate.threshold.toString(), verdict, found() + end);
        }

        private String found() {
            return "%s: %s (95 %% interval %s to %s, %d %s)"
                    .formatted(
                            gate.name,
                            gate.unit.text(measured.value().asDouble()),
                            gate.unit.text(measured.lower().asDouble()),
                            gate.unit.text(measured.upper().asDouble()),
                            measured.samples(),
                            gate.samplesAre);
        }
    }
}
