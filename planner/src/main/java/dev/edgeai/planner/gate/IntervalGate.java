package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.gate.Gate;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * A gate on a value that comes with a 95 % interval.
 *
 * @param gate field of {@code spec.gates}
 * @param threshold what is asked for
 * @param unit how values are written
 * @param evidence what the value rests on
 */
record IntervalGate(Gate gate, Decimal threshold, GateUnit unit, EvidenceUnit evidence) {
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
        String message = "%s: was not measured, so it cannot be held against %s%s"
                .formatted(
                        gate,
                        unit.text(threshold.asDouble()),
                        gate == Gate.MIN_FIDELITY ? "" : "; give the dataset labels or use metric Fidelity");
        return new GateResult(gate, null, threshold.toString(), Verdict.INCONCLUSIVE, message);
    }

    private Outcome result(Estimate measured, boolean right, boolean wrong) {
        Verdict verdict = measured.samples() < evidence.minimum()
                ? Verdict.INCONCLUSIVE
                : right ? Verdict.PASS : wrong ? Verdict.FAIL : Verdict.INCONCLUSIVE;
        return new Outcome(this, measured, verdict);
    }

    private record Outcome(IntervalGate asked, Estimate measured, Verdict verdict) {
        GateResult of(String reached, String missed) {
            String threshold = asked.unit.text(asked.threshold.asDouble());
            String end = switch (verdict) {
                case PASS -> " is %s %s".formatted(reached, threshold);
                case FAIL ->
                    " is %s %s by %s"
                            .formatted(
                                    missed,
                                    threshold,
                                    asked.unit.gap(Math.abs(asked.threshold.asDouble()
                                            - measured.value().asDouble())));
                case INCONCLUSIVE, NOT_MEASURED ->
                    measured.samples() < asked.evidence.minimum()
                            ? " rests on fewer than the %d %s (%s) that %s needs"
                                    .formatted(
                                            asked.evidence.minimum(),
                                            asked.evidence.noun(),
                                            asked.evidence.field(),
                                            threshold)
                            : " straddles %s; more %s (%s) would settle it"
                                    .formatted(threshold, asked.evidence.noun(), asked.evidence.field());
            };
            return new GateResult(
                    asked.gate, measured.value().toString(), asked.threshold.toString(), verdict, found() + end);
        }

        private String found() {
            return "%s: %s (95 %% interval %s to %s, %d %s)"
                    .formatted(
                            asked.gate,
                            asked.unit.text(measured.value().asDouble()),
                            asked.unit.text(measured.lower().asDouble()),
                            asked.unit.text(measured.upper().asDouble()),
                            measured.samples(),
                            asked.evidence.noun());
        }
    }
}
