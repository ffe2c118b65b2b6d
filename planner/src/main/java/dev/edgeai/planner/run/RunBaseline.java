package dev.edgeai.planner.run;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.RunObservation.Matched;
import dev.edgeai.planner.search.EarlierRun;
import dev.edgeai.planner.search.SearchPlan;
import dev.edgeai.planner.status.Reason;

import java.util.Objects;
import java.util.Optional;

/** What the baseline's Job tells: what the source is and how it measures, from which follows what will be tried. */
final class RunBaseline {
    private final OptimizationRunSpec spec;
    private final RunObservation seen;
    private final RunDraft draft;
    private final RunHardware hardware;

    RunBaseline(OptimizationRunSpec spec, RunObservation seen, RunDraft draft, RunHardware hardware) {
        this.spec = spec;
        this.seen = seen;
        this.draft = draft;
        this.hardware = hardware;
    }

    /** Takes it in, once. */
    void absorb() {
        if (draft.next.baseline() != null) {
            return;
        }
        seen.fetched().ifPresent(f -> {
            draft.next.sourceDigest(f.sourceDigest());
            draft.next.datasetDigest(f.datasetDigest());
        });
        seen.assessed().ifPresent(a -> draft.next.assessment(a));
        switch (seen.baseline()) {
            case JobState.Failed<TrialResult> f ->
                draft.fail(Reason.of(f.failure()), "baseline: " + sentence(f.failure()));
            case JobState.Succeeded<TrialResult> s -> plan(s.result());
            case JobState.Missing<TrialResult> _ -> {}
            case JobState.Pending<TrialResult> _ -> {}
            case JobState.Running<TrialResult> _ -> {}
        }
    }

    private void plan(TrialResult baseline) {
        if (draft.next.assessment() == null || draft.next.sourceDigest() == null) {
            draft.fail(
                    Reason.INTERNAL_ERROR,
                    "the baseline's pod succeeded, but its fetch or assess container left no result in its termination message");
            return;
        }
        Optional<Matched> matched = hardware.matched();
        if (matched.isEmpty()) {
            return; // the profile was removed from the configuration; the machine says so
        }
        SearchPlan plan = SearchPlan.of(
                spec, matched.get().profile(), draft.next.assessment(), seen.available(), hardware.cpuFeatures());
        draft.next.plan(plan.frameworks());
        if (plan.trials().isEmpty() && !spec.fallsBackToSource()) {
            Shortfall none = Shortfall.noFramework(plan.frameworks());
            draft.fail(none.reason(), none.message());
            return;
        }
        draft.next.baseline(baseline.baseline());
        draft.next.learnedFrom(seen.earlier().stream()
                .filter(run -> run.teaches(
                        Objects.requireNonNull(draft.next.assessment()),
                        Objects.requireNonNull(draft.next.accelerator())))
                .map(EarlierRun::name)
                .toList());
    }

    private static String sentence(Failure failure) {
        return Reason.of(failure.reason()).isPresent()
                ? failure.message()
                : failure.reason() + ": " + failure.message();
    }
}
