package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.planner.run.RunAction.StartTrial;
import dev.edgeai.planner.run.RunObservation.Matched;
import dev.edgeai.planner.search.SearchPlan;
import dev.edgeai.planner.search.SearchState;
import dev.edgeai.planner.search.SearchStep;
import dev.edgeai.planner.search.SearchStrategy;
import dev.edgeai.planner.technique.Candidate;
import dev.edgeai.planner.technique.TechniqueContext;
import dev.edgeai.planner.technique.Techniques;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The trials of a run: asks the strategy for the next ones when all have ended, and says how each is started. */
final class RunSearch {
    /** Beyond this share of its budget a search measures what it has. */
    private static final int HALF = 2;

    private final OptimizationRunSpec spec;
    private final RunObservation seen;
    private final RunDraft draft;
    private final RunHardware hardware;

    RunSearch(OptimizationRunSpec spec, RunObservation seen, RunDraft draft, RunHardware hardware) {
        this.spec = spec;
        this.seen = seen;
        this.draft = draft;
        this.hardware = hardware;
    }

    /** Takes in what Jobs report and plans on, until something is to be waited for or the search is over. */
    void advance() {
        absorb();
        FinalGate last = new FinalGate(spec, draft);
        while (draft.next.baseline() != null && draft.allDone() && !energySpent() && (plan() || last.settle())) {
            absorb();
        }
        if (energySpent()) {
            draft.trials.replaceAll(t -> RunDraft.done(t)
                            || t.ofSource()
                            || seen.trial(TrialTransitions.job(t)).active()
                    ? t
                    : unaffordable(t));
        }
    }

    void absorb() {
        draft.updateOpenTrials(t -> TrialTransitions.absorb(
                t, seen.trial(TrialTransitions.job(t)), spec.judgedBy(), draft.next.baseline()));
    }

    /** The energy that was asked not to be exceeded is spent; what runs may end. */
    private boolean energySpent() {
        return energyShare() >= 1;
    }

    private double energyShare() {
        Decimal budget = spec.search().maxEnergyJoules();
        return budget == null ? 0 : draft.joulesSpent() / Math.max(Double.MIN_NORMAL, budget.asDouble());
    }

    private TrialStatus unaffordable(TrialStatus t) {
        return TrialTransitions.overBudget(
                t,
                "the energy budget of %s J (search.maxEnergyJoules) is spent"
                        .formatted(Objects.requireNonNull(spec.search().maxEnergyJoules())));
    }

    private boolean plan() {
        if (RunHeritage.onlySigns(seen, draft)) {
            return false;
        }
        boolean begun = false;
        for (SearchStep step : SearchStrategy.of(spec.search().strategy()).next(state())) {
            switch (step) {
                case SearchStep.Try(Candidate candidate, Depth depth) -> {
                    draft.trials.add(TrialTransitions.planned(
                            Techniques.aimedAt(
                                    candidate, spec.judgedBy(), Objects.requireNonNull(draft.next.baseline())),
                            depth));
                    begun = true;
                }
                case SearchStep.MeasureInFull(String trial) -> {
                    draft.update(trial, TrialTransitions::promoted);
                    begun = true;
                }
                case SearchStep.LeaveOut(String trial, String why) ->
                    draft.update(trial, t -> TrialTransitions.leftOut(t, why));
            }
        }
        return begun;
    }

    private SearchState state() {
        TechniqueContext situation = new TechniqueContext(
                Objects.requireNonNull(draft.next.assessment()),
                spec.task(),
                spec.evaluation(),
                hardware.cpuFeatures(),
                hardware.matched().map(Matched::profile).map(p -> p.threads()).orElse(1));
        Duration half = spec.search().timeout().duration().dividedBy(HALF);
        return new SearchState(
                SearchPlan.of(draft.next.plan(), situation).learned(seen.earlier(), draft.next.learnedFrom()),
                situation,
                draft.variants(),
                spec.judgedBy(),
                spec.search().maxTrials(),
                spec.seed(),
                !draft.deadline(half).isAfter(draft.now) || energyShare() * HALF >= 1);
    }

    /** How a trial that waits is started. */
    RunAction start(TrialStatus t) {
        String accelerator = Objects.requireNonNull(draft.next.accelerator());
        if (t.ofSource()) {
            return new RunAction.StartSource(accelerator);
        }
        Candidate candidate = Candidate.of(t);
        Optional<String> screened = Optional.ofNullable(t.digest());
        Optional<String> base = draft.trials.stream()
                .filter(b -> b.name().equals(t.base()))
                .map(TrialStatus::digest)
                .filter(Objects::nonNull)
                .findFirst();
        return new StartTrial(
                TrialTransitions.job(t),
                candidate,
                accelerator,
                Objects.requireNonNullElse(t.depth(), Depth.FULL),
                screened.or(() -> base).orElse(null),
                screened.isEmpty() && base.isPresent() ? candidate.parameters() : Map.of());
    }

    /** For the condition: how many of how many have ended. */
    String progress() {
        List<TrialStatus> screened = draft.in(TrialPhase.SCREENED);
        return "%d of %d trials finished%s%s"
                .formatted(
                        draft.finished(),
                        draft.trials.size(),
                        screened.isEmpty() ? "" : ", %d of them screened".formatted(screened.size()),
                        draft.source()
                                .filter(t -> !RunDraft.done(t))
                                .map(_ ->
                                        "; no variant qualified, so the source itself is measured as what is to serve")
                                .orElse(""));
    }
}
