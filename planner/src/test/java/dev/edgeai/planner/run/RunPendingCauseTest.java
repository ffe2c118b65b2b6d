package dev.edgeai.planner.run;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.JobRetry;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.StartTrouble;
import dev.edgeai.planner.run.RunAction.DeleteJob;
import dev.edgeai.planner.run.RunAction.StartBaseline;
import dev.edgeai.planner.status.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import static dev.edgeai.planner.run.RunSteps.RUNNING;
import static dev.edgeai.planner.run.RunSteps.condition;
import static dev.edgeai.planner.run.RunSteps.decide;
import static dev.edgeai.planner.run.Runs.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** What keeps a run's pods from starting: told at once, never its fault, over when its cause is. */
class RunPendingCauseTest {
    private static final String NO_SECRET = "MountVolume.SetUp failed: secret \"pull\" not found";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "FailedCreate | pods \"x\" is forbidden: exceeded quota: small, requested: pods=1 | QuotaExceeded | quota",
                "FailedCreate | maximum memory usage per Container is 256Mi, but limit is 1Gi | PodRefused | LimitRange",
                "FailedCreate | admission webhook \"no.example\" denied the request | PodRefused | webhook",
                "FailedMount | secret \"pull\" not found | MountFailed | Secret",
                "CreateContainerConfigError | secret \"pull\" not found | MountFailed | Secret",
                "ErrImagePull | not found | ImagePullFailed | image",
                "ImagePullBackOff | Back-off pulling image | ImagePullFailed | image",
            })
    void what_keeps_pods_from_starting_is_told_at_once_with_its_remedy(
            String word, String message, String reason, String remedy) {
        RunDecision decision = seeing(started(), pending(word, message, T0, Optional.empty()), T0.plusSeconds(10));

        assertThat(decision.status().phase()).isEqualTo(RunPhase.ASSESSING);
        assertThat(condition(decision, "Reconciling").getStatus()).isEqualTo("True");
        assertThat(condition(decision, "Reconciling").getReason()).isEqualTo(reason);
        assertThat(condition(decision, "Reconciling").getMessage()).contains(message, remedy);
        assertThat(condition(decision, "Stalled").getStatus()).isEqualTo("False");
    }

    @Test
    void what_lasts_asks_for_a_person_and_takes_none_of_the_runs_time() {
        JobState<TrialResult> refused = pending("FailedCreate", "exceeded quota: small", T0, Optional.empty());
        RunDecision early = seeing(started(), refused, T0.plusSeconds(10));
        Instant late = T0.plus(Duration.ofHours(30));
        RunDecision lasting = seeing(early.status(), refused, late);

        assertThat(condition(lasting, "Stalled").getStatus()).isEqualTo("True");
        assertThat(condition(lasting, "Stalled").getReason()).isEqualTo("QuotaExceeded");
        assertThat(lasting.status().phase()).isEqualTo(RunPhase.ASSESSING);
        assertThat(lasting.actions()).noneMatch(DeleteJob.class::isInstance);

        RunDecision over = seeing(lasting.status(), RUNNING, late.plusSeconds(60));
        assertThat(over.status().phase()).isEqualTo(RunPhase.ASSESSING);
        assertThat(condition(over, "Stalled").getStatus()).isEqualTo("False");
        assertThat(condition(over, "Reconciling").getReason()).isEqualTo("Assessing");
    }

    @Test
    void a_pod_that_is_stuck_on_a_node_gives_its_place_back_and_comes_again() {
        JobState<TrialResult> stuck = pending("FailedMount", NO_SECRET, T0, Optional.of("node-1"));
        RunDecision soon = seeing(started(), stuck, T0.plusSeconds(119));
        assertThat(soon.actions()).noneMatch(DeleteJob.class::isInstance);
        assertThat(condition(soon, "Reconciling").getReason()).isEqualTo("MountFailed");

        RunDecision back = seeing(soon.status(), stuck, T0.plusSeconds(120));
        assertThat(back.actions()).contains(new DeleteJob(JobKey.baseline()));
        JobRetry retry = back.status().retries().getFirst();
        assertThat(retry.attempts()).isEqualTo(1);
        assertThat(retry.notBefore()).isEqualTo("2026-01-01T00:03:00Z");
        assertThat(retry.since()).isEqualTo("2026-01-01T00:00:00Z");

        RunDecision pause = seeing(back.status(), new JobState.Missing<>(), T0.plusSeconds(150));
        assertThat(pause.actions()).noneMatch(StartBaseline.class::isInstance);
        assertThat(condition(pause, "Reconciling").getReason()).isEqualTo("MountFailed");
        assertThat(condition(pause, "Reconciling").getMessage()).contains(NO_SECRET, "tried again at", "Secret");

        RunDecision again = seeing(pause.status(), new JobState.Missing<>(), T0.plusSeconds(180));
        assertThat(again.actions()).contains(new StartBaseline("intel-cpu"));

        Instant anew = T0.plusSeconds(185);
        JobState<TrialResult> once = pending("FailedMount", NO_SECRET, anew, Optional.of("node-1"));
        RunDecision second =
                seeing(seeing(again.status(), once, anew.plusSeconds(20)).status(), once, anew.plusSeconds(121));
        assertThat(second.status().retries().getFirst().attempts()).isEqualTo(2);
        assertThat(second.status().retries().getFirst().notBefore())
                .as("the pause doubles")
                .isEqualTo(anew.plusSeconds(121 + 120).toString());

        RunDecision runs = seeing(second.status(), RUNNING, anew.plusSeconds(500));
        assertThat(runs.status().retries()).isEmpty();
        assertThat(runs.status().phase()).isEqualTo(RunPhase.ASSESSING);
    }

    @Test
    void that_it_waits_for_a_node_again_hides_not_why_it_could_not_start_there() {
        JobState<TrialResult> stuck = pending("FailedMount", NO_SECRET, T0, Optional.of("node-1"));
        RunDecision back = seeing(started(), stuck, T0.plusSeconds(120));
        RunDecision again = seeing(back.status(), new JobState.Missing<>(), T0.plusSeconds(180));
        JobState<TrialResult> waits = pending("Unschedulable", "0/1 nodes", T0.plusSeconds(181), Optional.empty());

        RunDecision decision = seeing(again.status(), waits, T0.plusSeconds(185));
        assertThat(condition(decision, "Reconciling").getReason()).isEqualTo("MountFailed");
        assertThat(condition(decision, "Reconciling").getMessage()).contains(NO_SECRET, "waits for a node");
    }

    @Test
    void one_that_only_waits_for_its_turn_after_its_cause_was_mended_asks_for_nobody() {
        JobState<TrialResult> stuck = pending("FailedMount", NO_SECRET, T0, Optional.of("node-1"));
        RunDecision back = seeing(started(), stuck, T0.plusSeconds(120));
        RunDecision again = seeing(back.status(), new JobState.Missing<>(), T0.plusSeconds(180));
        JobState<TrialResult> waits = pending(
                "Unschedulable",
                "0/1 nodes: didn't match pod anti-affinity rules",
                T0.plusSeconds(181),
                Optional.empty());

        RunDecision decision = seeing(again.status(), waits, T0.plus(Duration.ofMinutes(40)));
        assertThat(condition(decision, "Stalled").getStatus()).isEqualTo("False");
        assertThat(condition(decision, "Reconciling").getMessage()).contains("turn", NO_SECRET);
    }

    @Test
    void a_fetch_that_is_tried_again_says_what_the_last_one_ended_with() {
        JobState<TrialResult> away =
                new JobState.Failed<>(new Failure("RegistryUnavailable", "models:5000 is away"), Optional.empty());
        RunDecision failed = seeing(started(), away, T0.plusSeconds(10));
        RunDecision again = seeing(failed.status(), new JobState.Missing<>(), T0.plusSeconds(80));

        RunDecision runs = seeing(again.status(), RUNNING, T0.plusSeconds(90));
        assertThat(condition(runs, "Reconciling").getMessage())
                .isEqualTo(
                        "fetching and assessing the source; attempt 2 of 5, the last one ended with: models:5000 is away");
    }

    @Test
    void the_pause_has_a_longest_length_and_no_number_of_attempts_ends_the_run() {
        OptimizationRunStatus status = started();
        Instant now = T0;
        for (int i = 0; i < 50; i++) {
            JobState<TrialResult> stuck = pending("ErrImagePull", "not found", now, Optional.of("node-1"));
            now = now.plusSeconds(130);
            RunDecision decision = seeing(status, stuck, now);
            assertThat(decision.status().phase()).isEqualTo(RunPhase.ASSESSING);
            Instant next = Instant.parse(decision.status().retries().getFirst().notBefore());
            assertThat(Duration.between(now, next)).isLessThanOrEqualTo(JobRetries.LONGEST_PAUSE);
            RunDecision anew = seeing(decision.status(), new JobState.Missing<>(), next);
            assertThat(anew.actions()).contains(new StartBaseline("intel-cpu"));
            status = anew.status();
            now = next;
        }
    }

    @Test
    void a_pod_without_a_node_keeps_no_place_and_is_left_waiting() {
        JobState<TrialResult> waits =
                pending("Unschedulable", "0/1 nodes: didn't match pod anti-affinity rules", T0, Optional.empty());
        RunDecision decision = seeing(started(), waits, T0.plus(Duration.ofMinutes(40)));
        assertThat(decision.actions()).noneMatch(DeleteJob.class::isInstance);
        assertThat(condition(decision, "Stalled").getStatus())
                .as("it only waits for its turn")
                .isEqualTo("False");
    }

    @Test
    void a_job_that_the_api_server_refuses_is_told_and_tried_again() {
        RunObservation refused = Runs.nothing()
                .refused(new JobState.Pending<>(Optional.of("FailedCreate"), Optional.of("exceeded quota: none"), T0));
        RunDecision decision = decide(started(), refused, T0.plusSeconds(5));
        assertThat(decision.actions()).contains(new StartBaseline("intel-cpu"));
        assertThat(condition(decision, "Reconciling").getReason()).isEqualTo("QuotaExceeded");
        assertThat(decide(decision.status(), refused, T0.plus(Duration.ofHours(9)))
                        .status()
                        .phase())
                .isEqualTo(RunPhase.ASSESSING);
    }

    @Test
    void a_run_that_is_not_next_makes_no_trial() {
        RunDecision decision = decide(started(), Runs.nothing().waitingForTurn(true), T0.plusSeconds(5));
        assertThat(decision.actions()).noneMatch(StartBaseline.class::isInstance);
        assertThat(condition(decision, "Reconciling").getMessage()).contains("before it");
        assertThat(decide(started(), Runs.nothing().waitingForTurn(true), T0.plus(Duration.ofHours(9)))
                        .status()
                        .phase())
                .isEqualTo(RunPhase.ASSESSING);
    }

    @Test
    void a_word_that_nobody_knows_is_no_trouble() {
        assertThat(StartTrouble.reason("ContainerCreating", "")).isEmpty();
        assertThat(StartTrouble.reason("FailedCreate", "exceeded quota: x")).contains(Reason.QUOTA_EXCEEDED);
    }

    private static OptimizationRunStatus started() {
        return decide(OptimizationRunStatus.empty(), Runs.nothing(), T0).status();
    }

    private static RunDecision seeing(OptimizationRunStatus status, JobState<TrialResult> baseline, Instant now) {
        return decide(status, Runs.withBaselineState(Runs.nothing(), baseline), now);
    }

    private static JobState<TrialResult> pending(String word, String message, Instant since, Optional<String> node) {
        return new JobState.Pending<>(Optional.of(word), Optional.of(message), since, node);
    }
}
