package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.measurement.TrialStatusBuilder;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.front.Recommendation;
import dev.edgeai.planner.gate.GateEvaluation;

import java.util.List;
import java.util.Objects;

/**
 * The last gate before a certificate: whether what was chosen keeps its quality on samples that no choice looked at. Only
 * what would be certified is held against them, so that they stay what they are.
 */
final class FinalGate {
    private final OptimizationRunSpec spec;
    private final RunDraft draft;

    FinalGate(OptimizationRunSpec spec, RunDraft draft) {
        this.spec = spec;
        this.draft = draft;
    }

    /**
     * Takes acceptance from what does not hold, and holds what takes its place against them too; whether there was any. What
     * holds shows the gates it passed at last.
     */
    boolean settle() {
        boolean refuted = false;
        while (refute()) {
            refuted = true;
        }
        return refuted;
    }

    private boolean refute() {
        List<TrialStatus> accepted = draft.in(TrialPhase.ACCEPTED);
        if (accepted.isEmpty()) {
            return false;
        }
        List<TrialStatus> chosen = Recommendation.of(RunConclusion.front(accepted), spec.objectives()).ranked().stream()
                .map(Recommendation.Ranked::trial)
                .limit(RunConclusion.MAX_CERTIFIED)
                .toList();
        chosen.forEach(trial -> draft.update(trial.name(), this::judged));
        return chosen.stream()
                .anyMatch(trial -> draft.in(TrialPhase.REJECTED).stream()
                        .anyMatch(rejected -> rejected.name().equals(trial.name())));
    }

    private TrialStatus judged(TrialStatus trial) {
        List<GateResult> results = GateEvaluation.onHeldOut(
                spec.judgedBy(),
                Objects.requireNonNull(trial.measurement()),
                Objects.requireNonNull(trial.comparison()));
        if (results.isEmpty()) {
            return trial;
        }
        TrialStatusBuilder next = TrialStatusBuilder.builder(trial).gates(results);
        if (GateEvaluation.overall(results) != Verdict.PASS) {
            next.reason(null);
            TrialTransitions.judge(next, results);
        }
        return next.build();
    }
}
