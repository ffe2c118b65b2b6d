package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.gate.Gate;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Verdict;

/**
 * A least share of the baseline's footprint saved. Where that share is less than {@link Floors#MEMORY} it cannot be read,
 * and the gate only refuses what takes clearly more.
 */
final class MemoryGate {
    static GateResult atLeast(Measurement variant, Decimal saved, Decimal threshold) {
        double before = MemoryChange.footprintBefore(variant, saved);
        double more = -before * saved.asDouble();
        if (before * threshold.asDouble() > Floors.MEMORY) {
            return PointGate.atLeast(
                    Gate.MIN_MEMORY_REDUCTION,
                    saved.asDouble(),
                    threshold.asDouble(),
                    GateUnit.PERCENT,
                    " (footprint: peak resident memory with the model less that of the same engine with none)");
        }
        boolean clearlyMore = more > Floors.MEMORY;
        String why = clearlyMore
                ? "the footprint is %s more than the baseline's %s"
                        .formatted(GateUnit.BYTES.text(more), GateUnit.BYTES.text(before))
                : "not held, as %s of the baseline's footprint of %s is less than the %s by which readings differ"
                        .formatted(
                                GateUnit.PERCENT.text(threshold.asDouble()),
                                GateUnit.BYTES.text(before),
                                GateUnit.BYTES.text(Floors.MEMORY));
        return new GateResult(
                Gate.MIN_MEMORY_REDUCTION,
                saved.toString(),
                threshold.toString(),
                clearlyMore ? Verdict.FAIL : Verdict.NOT_MEASURED,
                Gate.MIN_MEMORY_REDUCTION + ": " + why);
    }

    private MemoryGate() {}
}
