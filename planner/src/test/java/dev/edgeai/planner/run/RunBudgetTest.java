package dev.edgeai.planner.run;

import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.RunAction.DeleteJob;
import dev.edgeai.planner.run.RunAction.StartTrial;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

import static dev.edgeai.planner.run.RunSteps.RUNNING;
import static dev.edgeai.planner.run.RunSteps.all;
import static dev.edgeai.planner.run.RunSteps.decide;
import static dev.edgeai.planner.run.RunSteps.searching;
import static dev.edgeai.planner.run.Runs.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** Time that is spent, and time that does not count. */
@NullUnmarked // null takes a default
class RunBudgetTest {
    @Test
    void a_spent_budget_stops_running_trials_and_keeps_what_was_measured() {
        Map<String, JobState<TrialResult>> jobs = new HashMap<>();
        jobs.put("openvino-int8-ptq", Runs.done(Runs.good("openvino-int8-ptq", 200, 8)));
        jobs.put("onnxruntime-int8-static", RUNNING);

        RunDecision decision =
                decide(searching(), Runs.withJobs(Runs.nothing(), jobs, Map.of()), T0.plus(Duration.ofHours(1)));

        assertThat(decision.actions()).contains(new DeleteJob(JobKey.trial("onnxruntime-int8-static")));
        assertThat(decision.actions()).noneMatch(StartTrial.class::isInstance);
        assertThat(decision.status().phase()).isEqualTo(RunPhase.CERTIFYING);
        assertThat(decision.status().trials())
                .filteredOn(t -> "BudgetExceeded".equals(t.reason()))
                .hasSize(7);
    }

    @Test
    void a_suspended_run_records_results_and_starts_nothing_and_goes_on_afterwards() {
        Map<String, JobState<TrialResult>> jobs =
                Map.of("openvino-int8-ptq", Runs.done(Runs.good("openvino-int8-ptq", 200, 8)));

        RunDecision suspended =
                decide(searching(), Runs.withJobs(Runs.observation(1, true), jobs, Map.of()), T0.plusSeconds(60));
        assertThat(suspended.status().phase()).isEqualTo(RunPhase.SUSPENDED);
        assertThat(suspended.status().progress()).isEqualTo("1/8");
        assertThat(suspended.actions()).noneMatch(StartTrial.class::isInstance);

        RunDecision resumed =
                decide(suspended.status(), Runs.withJobs(Runs.nothing(), jobs, Map.of()), T0.plusSeconds(90));
        assertThat(resumed.status().phase()).isEqualTo(RunPhase.SEARCHING);
        assertThat(resumed.actions()).filteredOn(StartTrial.class::isInstance).hasSize(2);
    }

    @Test
    void suspended_time_is_not_taken_from_the_budget() {
        RunObservation suspended = Runs.withJobs(Runs.observation(1, true), all(RUNNING), Map.of());
        RunObservation running = Runs.withJobs(Runs.nothing(), all(RUNNING), Map.of());
        OptimizationRunStatus status =
                decide(searching(), running, T0.plus(Duration.ofMinutes(10))).status();
        for (int look = 1; look <= 3; look++) {
            status = decide(status, suspended, T0.plus(Duration.ofMinutes(30L * look)))
                    .status();
        }
        assertThat(status.suspendedSince()).isEqualTo("2026-01-01T00:30:00Z");

        status = decide(status, running, T0.plus(Duration.ofHours(4))).status();
        assertThat(status.phase()).isEqualTo(RunPhase.SEARCHING);
        assertThat(status.suspendedSince()).isNull();
        assertThat(status.suspendedSeconds()).isEqualTo(Duration.ofMinutes(210).toSeconds());
    }

    @Test
    void a_second_suspension_adds_to_the_first() {
        RunObservation running = Runs.withJobs(Runs.nothing(), all(RUNNING), Map.of());
        RunObservation suspended = Runs.withJobs(Runs.observation(1, true), all(RUNNING), Map.of());
        OptimizationRunStatus status = searching();
        // worked 20 of 60 min, suspended 100, worked 20, suspended 200, worked 20 less a second
        status = decide(status, suspended, T0.plus(Duration.ofMinutes(20))).status();
        status = decide(status, running, T0.plus(Duration.ofMinutes(120))).status();
        status = decide(status, suspended, T0.plus(Duration.ofMinutes(140))).status();
        status = decide(status, running, T0.plus(Duration.ofMinutes(340))).status();
        Instant end = T0.plus(Duration.ofMinutes(360));

        assertThat(decide(status, running, end.minusSeconds(1)).status().phase())
                .isEqualTo(RunPhase.SEARCHING);
        assertThat(decide(status, running, end).status().trials())
                .extracting(TrialStatus::reason)
                .containsOnly("BudgetExceeded");
    }
}
