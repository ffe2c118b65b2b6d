package dev.edgeai.planner.run;

import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.status.Conditions;
import io.fabric8.kubernetes.api.model.Condition;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import static dev.edgeai.planner.run.Runs.T0;

/** Looks at a run, one after the other. */
final class RunSteps {
    static final JobState<TrialResult> RUNNING = new JobState.Running<>(Optional.of("node-1"));

    static RunDecision decide(OptimizationRunStatus status, RunObservation seen, Instant now) {
        return RunMachine.decide(3, Runs.spec(8, 2, "1h"), status, seen, now);
    }

    static Condition condition(RunDecision decision, String type) {
        return Conditions.find(decision.status().conditions(), type).orElseThrow();
    }

    static OptimizationRunStatus searching() {
        return decide(OptimizationRunStatus.empty(), Runs.withBaseline(Runs.nothing(), Runs.done(Runs.baseline())), T0)
                .status();
    }

    static Map<String, JobState<TrialResult>> all(JobState<TrialResult> state) {
        Map<String, JobState<TrialResult>> jobs = new HashMap<>();
        searching().trials().forEach(t -> jobs.put(t.name(), state));
        return jobs;
    }

    private RunSteps() {}
}
