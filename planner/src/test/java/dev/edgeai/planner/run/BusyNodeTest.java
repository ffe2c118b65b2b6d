package dev.edgeai.planner.run;

import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.trial.TrialResultBuilder;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.gate.GatesBuilder;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.Measurement.CpuWait;
import dev.edgeai.api.v1alpha1.measurement.MeasurementBuilder;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.gate.GateEvaluation;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import static dev.edgeai.planner.run.RunSteps.RUNNING;
import static dev.edgeai.planner.run.RunSteps.all;
import static dev.edgeai.planner.run.RunSteps.condition;
import static dev.edgeai.planner.run.RunSteps.decide;
import static dev.edgeai.planner.run.RunSteps.searching;
import static dev.edgeai.planner.run.Runs.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** A node that was busy while a trial was timed is nobody's fault, and tells nothing that lasts. */
@NullUnmarked // null takes a default
class BusyNodeTest {
    private static final String ONE = "openvino-int8-ptq";

    /** Good in everything, but timed where there was no core. */
    private static TrialResult busy(TrialResult result) {
        return TrialResultBuilder.builder(result)
                .variant(busy(result.variant()))
                .build();
    }

    private static Measurement busy(Measurement measured) {
        return MeasurementBuilder.builder(measured)
                .cpuWait(new CpuWait(Decimal.of("0.73"), Decimal.of("0.1"), 21))
                .build();
    }

    private static Map<String, JobState<TrialResult>> results(double retention) {
        Map<String, JobState<TrialResult>> jobs = all(RUNNING);
        jobs.replaceAll((name, _) -> Runs.done(busy(Runs.result(name, 250, 8, retention))));
        return jobs;
    }

    private static RunDecision ended(Map<String, JobState<TrialResult>> jobs) {
        return decide(searching(), Runs.withJobs(Runs.nothing(), jobs, Map.of()), T0);
    }

    private static TrialStatus trial(OptimizationRunStatus status, String name) {
        return status.trials().stream()
                .filter(t -> t.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void where_the_node_was_too_busy_for_all_the_run_says_so_and_blames_no_variant() {
        RunDecision decision = ended(results(0.99));

        assertThat(decision.status().phase()).isEqualTo(RunPhase.FAILED);
        assertThat(decision.status().trials()).extracting(TrialStatus::reason).containsOnly("NodeBusy");
        assertThat(condition(decision, "Stalled").getReason()).isEqualTo("NodeBusy");
        assertThat(condition(decision, "Stalled").getMessage())
                .contains("whether 8 of 8 measured variants pass could not be told")
                .contains("the node was busy: the measurement waited for 73 % of the CPU time that it wanted")
                .contains("edgeai.dev/retry");
    }

    @Test
    void what_misses_a_gate_on_quality_was_refused_for_that() {
        RunDecision decision = ended(results(0.5));
        assertThat(decision.status().trials()).extracting(TrialStatus::reason).containsOnlyNulls();
        assertThat(condition(decision, "Stalled").getReason()).isEqualTo("NoVariantPassedGates");
    }

    @Test
    void one_that_was_timed_in_peace_is_certified_all_the_same() {
        Map<String, JobState<TrialResult>> jobs = results(0.99);
        jobs.put(ONE, Runs.done(Runs.good(ONE, 250, 8)));
        RunDecision decision = ended(jobs);
        assertThat(decision.status().phase()).isEqualTo(RunPhase.CERTIFYING);
        assertThat(decision.status().selected().trial()).isEqualTo(ONE);
    }

    @Test
    void what_a_busy_node_left_open_is_measured_again_instead_of_inherited() {
        OptimizationRunSpec spec = Runs.spec(8, 2, "1h");
        TrialStatus open = trial(ended(results(0.99)).status(), ONE);
        assertThat(open.phase()).isEqualTo(TrialPhase.REJECTED);

        Gates lower =
                GatesBuilder.builder(spec.gates()).minSpeedup(Decimal.of("1.5")).build();
        TrialStatus next = InheritedTrials.judged(open, lower).orElseThrow();
        assertThat(next.phase()).isEqualTo(TrialPhase.PENDING);
        assertThat(next.digest()).as("the variant that is there").isEqualTo(open.digest());
        assertThat(next.reason()).isNull();
    }

    @Test
    void once_no_gate_on_time_is_open_the_reason_is_gone() {
        TrialStatus open = trial(ended(results(0.99)).status(), ONE);
        Gates stricter = GatesBuilder.builder(Gates.defaults())
                .minAccuracyRetention(Decimal.of("1.0"))
                .build();
        Optional<TrialStatus> next = InheritedTrials.judged(open, stricter);
        assertThat(next).hasValueSatisfying(t -> {
            assertThat(GateEvaluation.overall(t.gates())).isEqualTo(Verdict.FAIL);
            assertThat(t.phase()).isEqualTo(TrialPhase.REJECTED);
            assertThat(t.reason()).isNull();
            assertThat(Objects.requireNonNull(t.message())).contains("minAccuracyRetention");
        });
    }
}
