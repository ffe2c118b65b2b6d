package dev.edgeai.runtime.optimize;

import dev.edgeai.api.trial.FetchResult;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.RunAction;
import dev.edgeai.planner.run.RunDecision;
import dev.edgeai.planner.run.RunMachine;
import dev.edgeai.planner.run.RunObservation;
import dev.edgeai.planner.run.RunObservationBuilder;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A run that the operator's own state machine ({@link RunMachine}) decides: what it asks to start is done at once, one
 * trial after the other, so a run here and a run in a cluster decide alike. It ends where certificates would be signed.
 */
public final class LocalRun {
    /** Stands for the registry in references of variants. */
    static final String REPOSITORY = "local";

    private final OptimizationRunSpec spec;
    private final Machine machine;
    private final LocalTrials trials;
    private final Clock clock;
    private final Map<String, JobState<TrialResult>> done = new HashMap<>();
    private JobState<TrialResult> baseline = new JobState.Missing<>();

    public LocalRun(OptimizationRunSpec spec, Machine machine, LocalTrials trials, Clock clock) {
        this.spec = spec;
        this.machine = machine;
        this.trials = trials;
        this.clock = clock;
    }

    /**
     * Runs to the end.
     *
     * @param fetched what lies in {@code source/} and {@code dataset/}
     * @param watcher told the status after each step
     */
    public OptimizationRunStatus run(
            FetchResult fetched, Assessment assessment, Consumer<OptimizationRunStatus> watcher) {
        OptimizationRunStatus status = OptimizationRunStatus.empty();
        while (true) {
            RunDecision decision = RunMachine.decide(1, spec, status, observe(fetched, assessment), clock.instant());
            status = decision.status();
            watcher.accept(status);
            if (status.phase() == RunPhase.CERTIFYING || status.phase() == RunPhase.FAILED) {
                return status;
            }
            decision.actions().forEach(this::act);
        }
    }

    private void act(RunAction action) {
        switch (action) {
            case RunAction.StartBaseline start -> baseline = trials.baseline();
            case RunAction.StartSource start -> done.put(start.job().trial(), trials.source());
            case RunAction.StartTrial start -> done.put(start.job().trial(), trials.trial(start));
            // Nothing runs on its own here, so nothing is to be deleted or looked at again.
            case RunAction.DeleteJob delete -> {}
            case RunAction.Requeue requeue -> {}
            case RunAction.RecordEvent event -> {}
            case RunAction.StartCertify certify -> {}
            case RunAction.StartReport report -> {}
        }
    }

    private RunObservation observe(FetchResult fetched, Assessment assessment) {
        return RunObservationBuilder.builder()
                .accelerators(machine.accelerators())
                .available(machine.optimizers())
                .fetched(Optional.of(fetched))
                .assessed(Optional.of(assessment))
                .baseline(baseline)
                .trials(done)
                .repository(REPOSITORY)
                .build();
    }
}
