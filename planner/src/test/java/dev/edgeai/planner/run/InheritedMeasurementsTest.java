package dev.edgeai.planner.run;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.config.OperatorConfig.Images;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunSpecBuilder;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatusBuilder;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.gate.Objectives;
import dev.edgeai.api.v1alpha1.measurement.MeasurementBuilder;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.search.Search;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.MeasurementSettings;
import dev.edgeai.api.v1alpha1.source.MeasurementSettingsBuilder;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.planner.run.Heritage.Extent;
import dev.edgeai.planner.run.RunAction.StartBaseline;
import dev.edgeai.planner.run.RunAction.StartTrial;
import dev.edgeai.planner.run.RunObservation.Accelerators;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import static dev.edgeai.planner.run.RunSteps.condition;
import static dev.edgeai.planner.run.Runs.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** Which measurements of an earlier run hold in the next one, and which are made again. */
@NullUnmarked // null takes a default
class InheritedMeasurementsTest extends InheritanceRuns {
    // ---- what changes a measurement ----

    static Stream<Arguments> changes() {
        ModelSource source = BEFORE.source();
        Evaluation data = BEFORE.evaluation();
        MeasurementSettings patient = MeasurementSettingsBuilder.builder(MeasurementSettings.defaults())
                .maxCpuWait(Decimal.of("0.5"))
                .build();
        AcceleratorProfile profile = Runs.profile("intel-cpu", "intel-cpu");
        OptimizationRunSpec b = BEFORE;
        return Stream.of(
                change(
                        "source",
                        with(new ModelSource("oci://registry:5000/models/digits:2", null, null), data),
                        IMAGES),
                change("a pinned source", with(new ModelSource(source.uri(), Runs.digest("x"), null), data), IMAGES),
                change("samples", with(source, new Evaluation(data.dataset(), null, 500, null, null)), IMAGES),
                change(
                        "the wait for a core",
                        with(source, new Evaluation(data.dataset(), null, null, null, patient)),
                        IMAGES),
                change("search", Runs.spec(9, 2, "1h"), IMAGES),
                change("seed", OptimizationRunSpecBuilder.builder(b).seed(7).build(), IMAGES),
                change("runtime", b, new Images("runtime:2", IMAGES.optimizers(), null)),
                change(
                        "optimizer",
                        b,
                        new Images(
                                "runtime:1",
                                Map.of(Framework.OPENVINO, "ov:2", Framework.ONNX_RUNTIME, "ort:1"),
                                null)),
                change("threads", b, IMAGES, profile(profile, 2, null)),
                change("memory", b, IMAGES, profile(profile, 1, new Quantity("2Gi"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void what_changes_a_measurement_has_it_made_again(
            String what, OptimizationRunSpec spec, Images images, AcceleratorProfile profile) {
        Heritage heritage =
                new Heritage(Extent.MEASUREMENTS, images, List.of(ancestor("old", BEFORE, ended(BEFORE, Map.of()))));
        RunObservation seen = Runs.withAccelerators(
                        Runs.nothing(), new Accelerators(Optional.of(Runs.matched(profile, 1)), Optional.empty()))
                .heritage(heritage);
        RunDecision decision = RunMachine.decide(1, spec, OptimizationRunStatus.empty(), seen, T0);
        assertThat(decision.actions()).contains(new StartBaseline("intel-cpu"));
        assertThat(decision.status().inheritedFrom()).isNull();
    }

    @Test
    void a_run_that_was_measured_partly_with_other_images_teaches_nothing() {
        OptimizationRunStatus searching = begun(BEFORE);
        Images newer = new Images("runtime:2", IMAGES.optimizers(), null);
        RunObservation upgraded = Runs.nothing().heritage(new Heritage(Extent.MEASUREMENTS, newer, List.of()));
        OptimizationRunStatus mixed =
                RunMachine.decide(1, BEFORE, searching, upgraded, T0).status();
        assertThat(mixed.measuredUnder()).isEqualTo("Mixed");
        OptimizationRunStatus done = end(BEFORE, mixed, Map.of());
        assertThat(done.phase()).isEqualTo(RunPhase.SUCCEEDED);
        assertThat(decide(gates("4.0"), ancestor("old", BEFORE, done)).actions())
                .contains(new StartBaseline("intel-cpu"));
    }

    @Test
    void evidence_that_does_not_say_how_many_inferences_ran_at_once_is_measured_anew() {
        OptimizationRunStatus old = ended(BEFORE, Map.of());
        OptimizationRunStatus silent = OptimizationRunStatusBuilder.builder(old)
                .baseline(MeasurementBuilder.builder(old.baseline())
                        .concurrency(null)
                        .build())
                .build();
        assertThat(decide(gates("4.0"), ancestor("old", BEFORE, silent)).actions())
                .contains(new StartBaseline("intel-cpu"));
    }

    @Test
    void a_run_that_still_measures_teaches_nothing_yet() {
        OptimizationRunStatus half = RunMachine.decide(
                        1,
                        BEFORE,
                        begun(BEFORE),
                        seen(Extent.MEASUREMENTS, List.of(), Map.of(FAST, Runs.done(Runs.good(FAST, 200, 8)))),
                        T0)
                .status();
        assertThat(half.phase()).isEqualTo(RunPhase.SEARCHING);
        assertThat(decide(gates("4.0"), ancestor("old", BEFORE, half)).actions())
                .contains(new StartBaseline("intel-cpu"));
    }

    // ---- what is tried in addition ----

    @ParameterizedTest
    @CsvSource({
        "OptimizationFailed, true",
        "OutOfMemory, true",
        "DeadlineExceeded, true",
        "OperatorOfTheFrameworkMissing, true",
        "BudgetExceeded, false",
        "InternalError, false",
        "DiskFull, false",
        "ArtifactMissing, false",
    })
    void only_a_failure_of_the_model_is_inherited(String reason, boolean inherited) {
        OptimizationRunStatus old = ended(BEFORE, Map.of(SMALL, failed(reason)));
        assertThat(trial(old, SMALL).phase()).isEqualTo(TrialPhase.FAILED);
        RunDecision decision = decide(gates("4.0"), ancestor("old", BEFORE, old));
        assertThat(decision.actions()).doesNotHaveAnyElementsOfTypes(StartBaseline.class);
        if (inherited) {
            assertThat(measures(decision)).isEmpty();
            assertThat(trial(decision.status(), SMALL).reason()).isEqualTo(reason);
        } else {
            assertThat(started(decision)).containsExactly(SMALL);
            assertThat(condition(decision, "Reconciling").getMessage()).contains("run old measured: 7 trials");
        }
    }

    @Test
    void a_gate_on_what_was_not_measured_has_the_variant_measured_again_as_it_is() {
        Gates energy = new Gates(null, null, null, null, null, null, null, null, null, null, Decimal.of("5"), null);
        OptimizationRunSpec spec = spec(BEFORE.search(), energy, null);
        OptimizationRunStatus old = ended(BEFORE, Map.of());
        RunDecision decision = decide(spec, ancestor("old", BEFORE, old));

        assertThat(decision.actions()).doesNotHaveAnyElementsOfTypes(StartBaseline.class);
        assertThat(decision.status().trials()).extracting(TrialStatus::phase).containsOnly(TrialPhase.PENDING);
        assertThat(decision.actions())
                .filteredOn(StartTrial.class::isInstance)
                .extracting(a -> (StartTrial) a)
                .isNotEmpty()
                .allSatisfy(start -> {
                    assertThat(start.variantDigest())
                            .isEqualTo(Runs.digest(start.candidate().name()));
                    assertThat(start.engineOptions()).isEmpty();
                    assertThat(start.depth()).isEqualTo(Depth.FULL);
                });
    }

    @Test
    void what_still_could_not_be_measured_is_not_measured_a_third_time() {
        Gates energy = new Gates(null, null, null, null, null, null, null, null, null, null, Decimal.of("5"), null);
        OptimizationRunSpec asked = spec(BEFORE.search(), energy, null);
        Gates other = new Gates(
                null, Decimal.of("4.0"), null, null, null, null, null, null, null, null, Decimal.of("6"), null);
        RunDecision decision =
                decide(spec(BEFORE.search(), other, null), ancestor("old", asked, ended(asked, Map.of())));
        assertThat(measures(decision)).isEmpty();
    }

    @Test
    void what_screening_left_out_for_a_gate_is_measured_in_full_when_that_gate_is_lower() {
        Search progressive = new Search(8, 1, new TimeSpan("1h"), null, null, null);
        OptimizationRunSpec strict = spec(progressive, Gates.defaults(), null);
        OptimizationRunStatus old = searched(strict);
        String dropped = "onnxruntime-int8-static";
        assertThat(trial(old, dropped).phase()).isEqualTo(TrialPhase.SCREENED);
        assertThat(old.phase()).isEqualTo(RunPhase.SUCCEEDED);

        Gates lower = new Gates(Decimal.of("0.80"), null, null, null, null, null, null, null, null, null, null, null);
        RunDecision decision = decide(spec(progressive, lower, null), ancestor("old", strict, old));
        assertThat(started(decision)).containsExactly(dropped);
        assertThat(((StartTrial) measures(decision).getFirst()).job()).isEqualTo(JobKey.full(dropped));

        RunDecision same = decide(
                spec(progressive, Gates.defaults(), new Objectives(10, 80, 10, 0)), ancestor("old", strict, old));
        assertThat(measures(same))
                .as("nothing that was left out gains by other objectives")
                .isEmpty();
    }
}
