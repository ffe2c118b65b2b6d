package dev.edgeai.planner.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgeai.api.v1alpha1.EdgeModelStatus.Stage;
import dev.edgeai.api.v1alpha1.EdgeModelStatus.StageState;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

class StagesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final String BASELINE = "baseline: {}, ";
    private static final String SUCCEEDED = "phase: Succeeded, " + BASELINE
            + "sourceDigest: source, certificate: certificate, paretoFront: [t], certificates:"
            + " [{trial: t, digest: new, certificate: certificate}], selected: {trial: t, variant: v, artifact: a,"
            + " digest: new, reason: fastest}";
    private static final String OLD = ", stable: " + version("old");
    private static final String NEW = ", stable: " + version("new");
    private static final String NEXT = OLD + ", candidate: " + version("new");

    private static String version(String digest) {
        return "{revision: r-%s, artifact: a, digest: %s, certificate: c, run: run, trial: t, variant: v, weight: 0, desiredWeight: 0, readyReplicas: 1}"
                .formatted(digest, digest);
    }

    private static TargetOutcome outcome(String target, String run, String status, boolean behind) {
        return TargetOutcomeBuilder.builder(TargetOutcome.of(
                        yaml(target, Target.class),
                        RolloutPolicy.defaults(),
                        yaml("{name: cpu, %s}".formatted(status), TargetStatus.class),
                        1,
                        1,
                        NOW))
                .run(
                        run.isEmpty()
                                ? Optional.empty()
                                : Optional.of(yaml(
                                        "metadata: {name: run}\nstatus: {%s}".formatted(run), OptimizationRun.class)))
                .behind(behind)
                .build();
    }

    private static TargetOutcome outcome(String run, String status, boolean behind) {
        return outcome("{name: cpu, accelerator: intel-cpu}", run, status, behind);
    }

    private static <T> T yaml(String text, Class<T> type) {
        try {
            return new YAMLMapper().readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The first letters of the states, in the order of the stages. */
    private static String states(TargetOutcome... outcomes) {
        return Stages.of(List.of(outcomes), List.of(), NOW).stream()
                .map(s ->
                        s.state() == StageState.PENDING ? "-" : s.state().name().substring(0, 1))
                .collect(Collectors.joining());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                      | ------",
                "phase: Pending                          | ------",
                "phase: Assessing                        | R-----",
                "phase: Baseline                         | R-----",
                "phase: Suspended                        | W-----",
                "phase: Failed                           | F-----",
                "BASE phase: Searching                   | PR----",
                "BASE phase: Suspended                   | PW----",
                "BASE phase: Certifying                  | PPR---",
                "BASE phase: Failed                      | PF----",
                "'BASE phase: Failed, paretoFront: [t]'  | PPF---",
            })
    void a_run_is_validation_optimization_and_testing(String run, String expected) {
        assertThat(states(outcome(run.replace("BASE ", BASELINE), "phase: Idle", false)))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}, behind {2}: {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "Preparing         | NEXT | true  | PPPR-R",
                "Warming           | NEXT | true  | PPPR-R",
                "Ramping           | NEXT | true  | PPPPRR",
                "AwaitingPromotion | NEXT | true  | PPPPWR",
                "Promoting         | NEXT | true  | PPPPRR",
                "Baking            | NEW  | false | PPPPPR",
                "Idle              | NEW  | false | PPPPPR",
                "Idle              | OLD  | true  | PPP--R",
            })
    void a_rollout_is_staging_production_and_monitoring(
            String phase, String versions, boolean behind, String expected) {
        String status = switch (versions) {
            case "NEXT" -> NEXT;
            case "NEW" -> NEW;
            default -> OLD;
        };
        assertThat(states(outcome(SUCCEEDED, "phase: " + phase + status, behind)))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "from {0}: {1}")
    @CsvSource({"Preparing, PPPF-R", "Warming, PPPF-R", "Ramping, PPPPFR", "Promoting, PPPPFR", "Baking, PPPPFR"})
    void what_was_taken_back_failed_where_it_was(String during, String expected) {
        String back =
                ", lastRollback: {time: t, reason: r, message: errors, fromDigest: new, during: %s}".formatted(during);
        for (String phase : List.of("RollingBack", "Idle")) {
            TargetOutcome outcome = outcome(SUCCEEDED, "phase: " + phase + OLD + back, true);
            assertThat(states(outcome)).as(phase).isEqualTo(expected);
            assertThat(Stages.of(List.of(outcome), List.of(), NOW))
                    .filteredOn(s -> s.state() == StageState.FAILED)
                    .extracting(Stage::message, Stage::evidence)
                    .containsExactly(tuple("errors", "new"));
        }
        String another = back.replace("fromDigest: new", "fromDigest: older");
        assertThat(states(outcome(SUCCEEDED, "phase: Idle" + OLD + another, true)))
                .as("a rollback of an earlier run's")
                .isEqualTo("PPP--R");
        assertThat(states(outcome(SUCCEEDED, "phase: Preparing" + NEXT + back, true)))
                .as("tried again")
                .isEqualTo("PPPR-R");
    }

    @Test
    void a_rollout_that_stands_still_waits_for_whoever_stopped_it() {
        assertThat(states(outcome(SUCCEEDED, "phase: Paused, pausedPhase: Ramping" + NEXT, true)))
                .isEqualTo("PPPPWR");
    }

    @Test
    void what_an_earlier_run_made_is_not_these_inputs_in_production() {
        assertThat(states(outcome(SUCCEEDED, "phase: Idle" + OLD, false))).isEqualTo("PPP--R");
    }

    @Test
    void what_could_not_be_looked_at_stays_as_it_was() {
        List<Stage> before = Stages.of(List.of(outcome(SUCCEEDED, "phase: Idle" + NEW, false)), List.of(), NOW);
        TargetOutcome failed = outcome("", "phase: Idle" + NEW, false)
                .failed(new TargetOutcome.Failure(1, "the API server did not answer"));
        TargetOutcome withoutItsRun = outcome("", "run: digits-cpu-1, phase: Idle" + NEW, false);
        for (TargetOutcome outcome : List.of(failed, withoutItsRun)) {
            assertThat(Stages.of(List.of(outcome), before, NOW.plusSeconds(60))).isEqualTo(before);
        }
    }

    @Test
    void a_bundle_is_not_deployed_here() {
        String target = "{name: phone, accelerator: apple-silicon, delivery: Bundle}";
        assertThat(states(outcome(target, SUCCEEDED, "phase: Idle, bundle: b", false)))
                .isEqualTo("PPPSPS");
        assertThat(states(outcome(target, BASELINE + "phase: Searching", "phase: Idle, bundle: b", false)))
                .isEqualTo("PR-S-S");
    }

    @Test
    void each_passed_stage_names_what_it_rests_on() {
        assertThat(Stages.of(List.of(outcome(SUCCEEDED, "phase: Idle" + NEW, false)), List.of(), NOW))
                .extracting(Stage::evidence)
                .containsExactly("source", "new", "certificate", "new", "new", "new");
    }

    @Test
    void of_several_targets_the_one_that_asks_for_attention_is_told() {
        TargetOutcome serves = outcome(SUCCEEDED, "phase: Idle" + NEW, false);
        TargetOutcome ramps = outcome(
                "{name: gpu, accelerator: nvidia-gpu}", SUCCEEDED, "phase: Ramping, message: holds" + NEXT, true);
        assertThat(states(serves, ramps)).isEqualTo("PPPPRR");
        assertThat(Stages.of(List.of(serves, ramps), List.of(), NOW).get(4).message())
                .isEqualTo("target gpu: holds");
        assertThat(Stages.of(List.of(), List.of(), NOW)).isEmpty();
    }

    @Test
    void a_stage_keeps_its_time_until_its_state_or_its_evidence_changes() {
        List<Stage> first = Stages.of(List.of(outcome(SUCCEEDED, "phase: Ramping" + NEXT, true)), List.of(), NOW);
        Instant later = NOW.plusSeconds(60);
        List<Stage> second = Stages.of(List.of(outcome(SUCCEEDED, "phase: Idle" + NEW, false)), first, later);
        assertThat(second)
                .extracting(s -> s.since().equals(NOW.toString()))
                .containsExactly(true, true, true, true, false, false);
        assertThat(Stages.of(List.of(outcome(SUCCEEDED, "phase: Idle" + NEW, false)), second, later.plusSeconds(60)))
                .isEqualTo(second);
    }
}
