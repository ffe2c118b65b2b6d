package dev.edgeai.planner.run;

import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunSpecBuilder;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.gate.GatesBuilder;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Architecture;
import dev.edgeai.api.v1alpha1.source.ModelFormat;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.RunAction.DeleteJob;
import dev.edgeai.planner.run.RunAction.StartCertify;
import dev.edgeai.planner.run.RunAction.StartSource;
import dev.edgeai.planner.search.EarlierRun;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import static dev.edgeai.planner.run.RunSteps.RUNNING;
import static dev.edgeai.planner.run.RunSteps.condition;
import static dev.edgeai.planner.run.Runs.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** When no variant qualifies the source itself serves, as what it is. */
@NullUnmarked // null takes a default
class SourceFallbackTest {
    private static final OptimizationRunSpec SPEC = Runs.orSource(Runs.spec(8, 2, "1h"));

    private final Map<String, JobState<TrialResult>> jobs = new HashMap<>();

    SourceFallbackTest() {
        searching().trials().forEach(t -> jobs.put(t.name(), Runs.done(Runs.result(t.name(), 900, 18, 0.8))));
        jobs.put("onnxruntime-graph", Runs.done(Runs.result("onnxruntime-graph", 700, 5, 0.99)));
    }

    @Test
    void the_source_is_measured_when_no_variant_passed_and_chosen_with_the_reason() {
        RunDecision measures = decide(decide(searching(), seen(), T0).status(), seen(), T0);
        assertThat(measures.actions()).contains(new StartSource("intel-cpu"));
        assertThat(measures.status().phase()).isEqualTo(RunPhase.SEARCHING);
        assertThat(condition(measures, "Reconciling").getMessage()).contains("the source itself is measured");

        jobs.put(TrialStatus.SOURCE, Runs.done(Runs.source()));
        RunDecision certifies = decide(measures.status(), seen(), T0.plusSeconds(60));
        assertThat(certifies.actions())
                .filteredOn(StartCertify.class::isInstance)
                .singleElement()
                .satisfies(action -> {
                    TrialStatus source = ((StartCertify) action).trial();
                    assertThat(source.ofSource()).isTrue();
                    assertThat(source.phase())
                            .as("it is not faster than itself")
                            .isEqualTo(TrialPhase.REJECTED);
                    assertThat(source.gates()).isNotEmpty();
                });

        RunDecision ends = decide(certifies.status(), certified(), T0.plusSeconds(120));
        assertThat(ends.status().phase()).isEqualTo(RunPhase.SUCCEEDED);
        assertThat(ends.status().selected().trial()).isEqualTo("source");
        assertThat(ends.status().selected().variant()).isEqualTo("source");
        assertThat(ends.status().selected().digest()).isEqualTo(Runs.digest("source"));
        assertThat(ends.status().selected().reason())
                .contains("none of 8 measured variants passed all gates")
                .contains("the nearest is onnxruntime/graph: minSpeedup: 1.43x")
                .contains("Until a variant qualifies the source itself is chosen");
        assertThat(condition(ends, "Ready").getStatus()).isEqualTo("True");
        assertThat(condition(ends, "Ready").getReason()).isEqualTo("NoVariantPassedGates");
        assertThat(ends.status().certificate()).isEqualTo(Runs.digest("certificate"));
        assertThat(ends.status().paretoFront())
                .as("variants, for people to see")
                .isNotEmpty()
                .doesNotContain("source");
        assertThat(EarlierRun.of("run", ends.status()))
                .as("it teaches no other search")
                .isEmpty();
    }

    @Test
    void a_variant_that_passes_needs_no_source() {
        jobs.put("openvino-int8-ptq", Runs.done(Runs.good("openvino-int8-ptq", 200, 8)));
        RunDecision decision = decide(searching(), seen(), T0);
        assertThat(decision.status().selected().trial()).isEqualTo("openvino-int8-ptq");
        assertThat(decision.status().trials()).noneMatch(TrialStatus::ofSource);
    }

    @Test
    void a_model_that_nothing_can_be_done_to_serves_its_source() {
        RunObservation gguf = RunObservationBuilder.builder(
                        Runs.withBaseline(Runs.nothing(), Runs.done(Runs.baseline())))
                .available(Set.of(Framework.OPENVINO))
                .assessed(Optional.of(Runs.assessment(ModelFormat.GGUF, Architecture.TRANSFORMER, true)))
                .build();
        RunDecision planned = decide(OptimizationRunStatus.empty(), gguf, T0);
        RunDecision measures = decide(planned.status(), gguf, T0);
        assertThat(measures.actions()).contains(new StartSource("intel-cpu"));
        RunDecision certifies = decide(
                measures.status(),
                Runs.withJobs(gguf, Map.of(TrialStatus.SOURCE, Runs.done(Runs.source())), Map.of()),
                T0);
        assertThat(certifies.status().selected().reason())
                .contains("no framework has a technique for this model")
                .contains("OpenVINO: does not read GGUF");
    }

    @Test
    void the_end_of_the_time_takes_variants_and_not_the_source() {
        RunDecision planned = decide(decide(searching(), seen(), T0).status(), seen(), T0);
        jobs.put(TrialStatus.SOURCE, RUNNING);
        Instant late = T0.plus(Duration.ofHours(2));
        RunDecision runs = decide(planned.status(), seen(), late);
        assertThat(runs.actions()).noneMatch(DeleteJob.class::isInstance);
        assertThat(runs.actions())
                .filteredOn(RunAction.Requeue.class::isInstance)
                .allSatisfy(
                        again -> assertThat(((RunAction.Requeue) again).after()).isPositive());
        jobs.put(TrialStatus.SOURCE, Runs.done(Runs.source()));
        assertThat(decide(runs.status(), seen(), late.plusSeconds(60)).status().phase())
                .isEqualTo(RunPhase.CERTIFYING);
    }

    @Test
    void a_certificate_that_cannot_be_signed_ends_the_run_and_is_named() {
        jobs.put(TrialStatus.SOURCE, Runs.done(Runs.source()));
        RunDecision certifies = decide(decide(searching(), seen(), T0).status(), seen(), T0);
        JobState<CertificateResult> refused =
                new JobState.Failed<>(new Failure("ArtifactMissing", "a layer is gone"), Optional.empty());
        RunDecision ends = decide(
                certifies.status(), Runs.withJobs(Runs.nothing(), jobs, Map.of(TrialStatus.SOURCE, refused)), T0);
        assertThat(ends.status().phase()).isEqualTo(RunPhase.FAILED);
        assertThat(condition(ends, "Stalled").getReason()).isEqualTo("CertificationFailed");
        assertThat(condition(ends, "Stalled").getMessage()).contains("source", "a layer is gone");
    }

    @Test
    void other_gates_take_the_measured_source_over_until_a_variant_passes_them() {
        RunDecision first = ended();
        Heritage heritage = new Heritage(
                Heritage.Extent.MEASUREMENTS,
                Heritage.NONE.images(),
                List.of(new Heritage.Ancestor(
                        "first", SPEC, first.status(), Runs.nothing().repository())));

        RunDecision stricter = RunMachine.decide(
                1,
                minSpeedup("3.0"),
                OptimizationRunStatus.empty(),
                Runs.nothing().heritage(heritage),
                T0);
        assertThat(stricter.actions()).noneMatch(a -> a instanceof StartSource || a instanceof RunAction.StartTrial);
        assertThat(stricter.status().selected().trial()).isEqualTo("source");

        RunDecision milder = RunMachine.decide(
                1,
                minSpeedup("1.2"),
                OptimizationRunStatus.empty(),
                Runs.nothing().heritage(heritage),
                T0);
        assertThat(milder.actions()).noneMatch(a -> a instanceof StartSource || a instanceof RunAction.StartTrial);
        assertThat(milder.status().selected().trial()).isEqualTo("onnxruntime-graph");
    }

    private RunDecision ended() {
        jobs.put(TrialStatus.SOURCE, Runs.done(Runs.source()));
        RunDecision decision = decide(searching(), seen(), T0);
        for (int i = 0; i < 3; i++) {
            decision = decide(decision.status(), certified(), T0);
        }
        assertThat(decision.status().choseSource()).isTrue();
        return decision;
    }

    private static OptimizationRunSpec minSpeedup(String least) {
        return OptimizationRunSpecBuilder.builder(SPEC)
                .gates(GatesBuilder.builder().minSpeedup(Decimal.of(least)).build())
                .build();
    }

    private RunObservation seen() {
        return Runs.withJobs(Runs.nothing(), jobs, Map.of());
    }

    private RunObservation certified() {
        return Runs.withJobs(
                Runs.nothing(),
                jobs,
                Map.of(TrialStatus.SOURCE, Runs.done(new CertificateResult(Runs.digest("certificate"), null))));
    }

    private static OptimizationRunStatus searching() {
        return decide(OptimizationRunStatus.empty(), Runs.withBaseline(Runs.nothing(), Runs.done(Runs.baseline())), T0)
                .status();
    }

    private static RunDecision decide(OptimizationRunStatus status, RunObservation seen, Instant now) {
        return RunMachine.decide(3, SPEC, status, seen, now);
    }
}
