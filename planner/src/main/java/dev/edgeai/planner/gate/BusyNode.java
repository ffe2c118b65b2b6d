package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.Measurement.CpuWait;
import dev.edgeai.api.v1alpha1.value.Verdict;

import java.util.List;
import java.util.Optional;

/** What was timed while the measuring process waited for a core tells of the node, and decides nothing about the model. */
public final class BusyNode {
    /** Why nothing that was timed decides; absent where there was a core, or the kernel does not tell. */
    public static Optional<String> sentence(Measurement measured) {
        return Optional.ofNullable(measured.cpuWait())
                .filter(CpuWait::busy)
                .map(wait -> ("the node was busy: the"
                                + " measurement waited for %s of the CPU time that it wanted, more than %s"
                                + " (spec.evaluation.measurement.maxCpuWait), and repeating %d rounds did not help")
                        .formatted(
                                GateUnit.PERCENT.text(wait.share().asDouble()),
                                GateUnit.PERCENT.text(wait.limit().asDouble()),
                                wait.repeatedRounds()));
    }

    /** Whether that is why it did not pass: nothing failed, and something timed is open. */
    public static boolean leavesOpen(Measurement measured, List<GateResult> results) {
        return sentence(measured).isPresent() && GateEvaluation.overall(results) == Verdict.INCONCLUSIVE;
    }

    /** The result of a gate on time, which stays open where the node was busy. */
    static GateResult unlessBusy(Measurement measured, GateResult result) {
        return sentence(measured)
                .filter(_ -> result.verdict() != Verdict.NOT_MEASURED)
                .map(why -> new GateResult(
                        result.name(),
                        result.value(),
                        result.threshold(),
                        Verdict.INCONCLUSIVE,
                        result.name() + ": " + why))
                .orElse(result);
    }

    private BusyNode() {}
}
