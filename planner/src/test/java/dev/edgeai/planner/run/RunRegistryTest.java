package dev.edgeai.planner.run;

import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.RunAction.DeleteJob;
import dev.edgeai.planner.run.RunAction.StartCertify;
import dev.edgeai.planner.run.RunAction.StartTrial;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static dev.edgeai.planner.run.RunSteps.RUNNING;
import static dev.edgeai.planner.run.RunSteps.all;
import static dev.edgeai.planner.run.RunSteps.condition;
import static dev.edgeai.planner.run.RunSteps.decide;
import static dev.edgeai.planner.run.RunSteps.searching;
import static dev.edgeai.planner.run.Runs.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** A registry that is away is waited for, and is nobody's fault. */
@NullUnmarked // null takes a default
class RunRegistryTest {
    private static final JobState<TrialResult> AWAY =
            new JobState.Failed<>(new Failure("RegistryUnavailable", "no answer"), Optional.empty());

    @Test
    void a_registry_that_is_away_is_waited_for_longer_each_time_and_is_no_fault_of_the_variant() {
        String trial = "openvino-int8-ptq";
        OptimizationRunStatus status = searching();
        Instant now = T0;
        for (int minutes : new int[] {1, 2, 4, 8}) {
            RunDecision away = decide(status, Runs.withJobs(Runs.nothing(), Map.of(trial, AWAY), Map.of()), now);
            assertThat(away.actions()).contains(new DeleteJob(JobKey.trial(trial)));
            assertThat(condition(away, "Reconciling").getReason()).isEqualTo("RegistryUnavailable");
            assertThat(condition(away, "Stalled").getStatus()).isEqualTo("False");
            assertThat(away.status().trials().getFirst().phase()).isEqualTo(TrialPhase.PENDING);
            // the Job stood there a little longer: nothing is counted twice
            assertThat(decide(away.status(), Runs.withJobs(Runs.nothing(), Map.of(trial, AWAY), Map.of()), now)
                            .status())
                    .isEqualTo(away.status());

            Instant due = now.plus(Duration.ofMinutes(minutes));
            assertThat(starts(decide(away.status(), Runs.nothing(), due.minusSeconds(1)), trial))
                    .isFalse();
            RunDecision anew = decide(away.status(), Runs.nothing(), due);
            assertThat(starts(anew, trial)).isTrue();
            status = anew.status();
            now = due;
        }
        RunDecision last = decide(status, Runs.withJobs(Runs.nothing(), Map.of(trial, AWAY), Map.of()), now);
        assertThat(last.status().trials().getFirst().phase()).isEqualTo(TrialPhase.FAILED);
        assertThat(last.status().trials().getFirst().message()).isEqualTo("no answer (5 attempts)");
        assertThat(last.status().retries()).isEmpty();
    }

    @Test
    void a_run_that_ends_for_the_registry_says_so_and_how_to_try_again() {
        RunObservation away = Runs.withBaselineState(Runs.nothing(), AWAY);
        OptimizationRunStatus waiting =
                decide(OptimizationRunStatus.empty(), away, T0).status();
        assertThat(waiting.retries()).hasSize(1);

        RunDecision end =
                decide(waiting, Runs.withBaselineState(Runs.nothing(), RUNNING), T0.plus(Duration.ofHours(1)));
        assertThat(condition(end, "Stalled").getReason()).isEqualTo("RegistryUnavailable");
        assertThat(condition(end, "Stalled").getMessage()).contains("no answer", "edgeai.dev/retry");
    }

    @Test
    void a_certificate_waits_for_the_registry_too() {
        Map<String, JobState<TrialResult>> jobs = all(RUNNING);
        jobs.replaceAll((name, s) -> Runs.done(Runs.result(name, 900, 18, 0.8)));
        jobs.put("openvino-int8-ptq", Runs.done(Runs.good("openvino-int8-ptq", 200, 8)));
        OptimizationRunStatus status = decide(searching(), Runs.withJobs(Runs.nothing(), jobs, Map.of()), T0)
                .status();
        JobState<CertificateResult> away =
                new JobState.Failed<>(new Failure("RegistryUnavailable", "no answer"), Optional.empty());
        Instant now = T0;
        RunDecision decision =
                decide(status, Runs.withJobs(Runs.nothing(), jobs, Map.of("openvino-int8-ptq", away)), now);
        assertThat(decision.status().phase()).isEqualTo(RunPhase.CERTIFYING);
        assertThat(decision.actions()).contains(new DeleteJob(JobKey.certify("openvino-int8-ptq")));
        for (int attempt = 2; attempt <= JobRetries.MAX_ATTEMPTS; attempt++) {
            now = now.plus(Duration.ofMinutes(10));
            decision = decide(decision.status(), Runs.withJobs(Runs.nothing(), jobs, Map.of()), now);
            assertThat(decision.actions())
                    .filteredOn(StartCertify.class::isInstance)
                    .hasSize(1);
            decision = decide(
                    decision.status(), Runs.withJobs(Runs.nothing(), jobs, Map.of("openvino-int8-ptq", away)), now);
        }
        assertThat(condition(decision, "Stalled").getReason()).isEqualTo("RegistryUnavailable");
    }

    @Test
    void without_a_key_nothing_is_signed_and_the_run_says_what_it_waits_for() {
        Map<String, JobState<TrialResult>> jobs = all(RUNNING);
        jobs.replaceAll((name, s) -> Runs.done(Runs.result(name, 900, 18, 0.8)));
        jobs.put("openvino-int8-ptq", Runs.done(Runs.good("openvino-int8-ptq", 200, 8)));
        RunObservation seen = Runs.withJobs(Runs.nothing(), jobs, Map.of());
        RunObservation keyless = seen.withoutKey(List.copyOf(jobs.keySet()), "the key is gone; restore it", T0);

        RunDecision waiting = decide(searching(), keyless, T0);
        assertThat(waiting.status().phase()).isEqualTo(RunPhase.CERTIFYING);
        assertThat(waiting.actions()).noneMatch(StartCertify.class::isInstance);
        assertThat(condition(waiting, "Reconciling").getReason()).isEqualTo("SigningKeyLost");
        assertThat(condition(waiting, "Reconciling").getMessage()).isEqualTo("the key is gone; restore it");
        assertThat(decide(waiting.status(), seen, T0).actions())
                .as("the key is back")
                .anyMatch(StartCertify.class::isInstance);

        JobState<CertificateResult> signed =
                new JobState.Succeeded<>(new CertificateResult("sha256:c", null), Optional.empty());
        RunObservation before = Runs.withJobs(Runs.nothing(), jobs, Map.of("openvino-int8-ptq", signed))
                .withoutKey(List.copyOf(jobs.keySet()), "the key is gone", T0);
        assertThat(decide(searching(), before, T0).status().phase())
                .as("what was signed before it was lost counts")
                .isEqualTo(RunPhase.SUCCEEDED);
    }

    private static boolean starts(RunDecision decision, String trial) {
        return decision.actions().stream()
                .anyMatch(a -> a instanceof StartTrial s && s.candidate().name().equals(trial));
    }
}
