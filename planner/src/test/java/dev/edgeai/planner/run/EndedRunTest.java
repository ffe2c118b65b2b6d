package dev.edgeai.planner.run;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.ReportResult;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.RunAction.RecordEvent;
import dev.edgeai.planner.run.RunAction.StartReport;
import dev.edgeai.planner.run.RunWorld.Fate;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

class EndedRunTest {
    private static final OptimizationRunSpec SPEC = Runs.spec(4, 2, "2h");
    private static final OptimizationRunStatus ENDED = ended();

    private static OptimizationRunStatus ended() {
        RunWorld world = new RunWorld(SPEC, List.of(Fate.PASSES), 0, 1);
        while (!world.ended()) {
            world.tick();
        }
        return world.stored;
    }

    private static RunDecision decide(JobState<ReportResult> report, Duration after) {
        RunObservation seen = Runs.withReport(Runs.nothing(), report);
        return RunMachine.decide(
                1, SPEC, ENDED, seen, Instant.parse(ENDED.completionTime()).plus(after));
    }

    /** Nothing else happens then that would wake the operator. */
    @Test
    void theEndIsLookedAtOnceMore() {
        RunWorld world = new RunWorld(SPEC, List.of(Fate.PASSES), 0, 1);
        while (!world.ended()) {
            world.tick();
        }
        assertThat(world.lastActions).anyMatch(RunAction.Requeue.class::isInstance);
    }

    @Test
    void theReportIsBegunWhenTheRunHasEnded() {
        assertThat(decide(new JobState.Missing<>(), Duration.ZERO).actions()).contains(new StartReport());
    }

    @Test
    void anHourLaterItIsNotBegunAnyMore() {
        assertThat(decide(new JobState.Missing<>(), EndedRun.REPORTED_WITHIN).actions())
                .isEmpty();
    }

    @Test
    void itsDigestIsAllThatItAddsToTheStatus() {
        RunDecision decision = decide(Runs.done(new ReportResult(Runs.digest("report"))), Duration.ofMinutes(1));
        assertThat(decision).isEqualTo(new RunDecision(ENDED.withReport(Runs.digest("report")), List.of()));
    }

    @Test
    void aReportThatFailsIsSaidAndLeavesTheRunSucceeded() {
        RunDecision decision = decide(
                new JobState.Failed<>(new Failure("RegistryUnavailable", "no answer"), Optional.empty()),
                Duration.ofMinutes(1));
        assertThat(decision.status().phase()).isEqualTo(RunPhase.SUCCEEDED);
        assertThat(decision.actions())
                .singleElement()
                .isInstanceOfSatisfying(
                        RecordEvent.class,
                        event -> assertThat(event.message()).contains("no answer", "delete its Job"));
    }

    @Test
    void aRunThatNeverHadABaselineHasNothingToReport() {
        RunWorld world = new RunWorld(SPEC, List.of(Fate.PASSES), 0, 1);
        RunDecision failed = RunMachine.decide(
                1,
                SPEC,
                OptimizationRunStatus.empty(),
                Runs.withBaselineState(
                        Runs.nothing(), new JobState.Failed<>(new Failure("UnsupportedModel", "no"), Optional.empty())),
                world.now);
        assertThat(failed.status().phase()).isEqualTo(RunPhase.FAILED);
        assertThat(RunMachine.decide(1, SPEC, failed.status(), Runs.nothing(), world.now)
                        .actions())
                .isEmpty();
    }
}
