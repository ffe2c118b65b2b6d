package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.planner.run.Heritage.Ancestor;
import dev.edgeai.planner.run.RunAction.RecordEvent;
import dev.edgeai.planner.run.RunObservation.Matched;
import dev.edgeai.planner.status.Reason;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a run begins with: what an earlier one measured, as far as it holds. It is taken over once, into the run's own
 * status; from then on the run goes on as if it had measured that itself.
 */
final class RunHeritage {
    /** Instead of a fingerprint when more than one was in force. */
    static final String MIXED = "Mixed";

    private final OptimizationRunSpec spec;
    private final RunObservation seen;
    private final RunDraft draft;
    private final List<RunAction> actions;

    RunHeritage(OptimizationRunSpec spec, RunObservation seen, RunDraft draft, List<RunAction> actions) {
        this.spec = spec;
        this.seen = seen;
        this.draft = draft;
        this.actions = actions;
    }

    /** Takes everything, of a run whose certificates are to be signed anew: no node is needed for that. */
    boolean takeEverything() {
        Optional<Ancestor> signed = seen.heritage().signed(spec);
        signed.ifPresent(run -> {
            draft.next.accelerator(run.status().accelerator());
            draft.next.cpuFeatures(run.status().cpuFeatures());
            draft.next.measuredUnder(run.status().measuredUnder());
            take(run, InheritedTrials::asItIs);
        });
        return signed.isPresent();
    }

    /** Takes what was measured on this hardware under the conditions that this run would measure under. */
    void takeMeasurements(Matched chosen) {
        String conditions = conditions(chosen);
        draft.next.measuredUnder(conditions);
        seen.heritage()
                .measured(conditions)
                .ifPresent(run -> take(run, t -> InheritedTrials.judged(t, spec.judgedBy())));
    }

    private void take(Ancestor run, Function<TrialStatus, Optional<TrialStatus>> how) {
        OptimizationRunStatus known = run.status();
        draft.next.inheritedFrom(run.name());
        if (!run.repository().equals(seen.repository())) {
            draft.next.repository(run.repository());
        }
        draft.next.sourceDigest(known.sourceDigest());
        draft.next.datasetDigest(known.datasetDigest());
        draft.next.assessment(known.assessment());
        draft.next.baseline(known.baseline());
        draft.next.plan(known.plan());
        draft.next.learnedFrom(known.learnedFrom());
        known.trials().stream()
                .filter(t -> !t.ofSource() || spec.fallsBackToSource())
                .map(t -> InheritedTrials.from(run.name(), t))
                .flatMap(t -> how.apply(t).stream())
                .forEach(draft.trials::add);
        actions.add(new RecordEvent(false, Reason.INHERITED, sentence(seen, draft)));
    }

    /** Notes that what is still to be measured would be measured otherwise than what was, as after an upgrade. */
    void watch(Optional<Matched> matched) {
        boolean measures = draft.next.baseline() == null || !draft.allDone();
        if (draft.next.measuredUnder() != null
                && measures
                && matched.filter(m -> !conditions(m).equals(draft.next.measuredUnder()))
                        .isPresent()) {
            draft.next.measuredUnder(MIXED);
        }
    }

    private String conditions(Matched matched) {
        return seen.heritage().conditions(spec, matched.profile(), seen.repository());
    }

    /** Whether the run only signs anew, and so tries nothing. */
    static boolean onlySigns(RunObservation seen, RunDraft draft) {
        return draft.next.inheritedFrom() != null && seen.heritage().extent() == Heritage.Extent.EVERYTHING;
    }

    /** To be added to a message: nothing, or where the measurements come from. */
    static String note(RunObservation seen, RunDraft draft) {
        return draft.next.inheritedFrom() == null ? "" : "; " + sentence(seen, draft);
    }

    private static String sentence(RunObservation seen, RunDraft draft) {
        long measured = draft.trials.stream()
                .filter(t -> t.inheritedFrom() != null && t.measurement() != null)
                .count();
        return "%s anew what run %s measured: %d trials"
                .formatted(onlySigns(seen, draft) ? "signs" : "judges", draft.next.inheritedFrom(), measured);
    }
}
