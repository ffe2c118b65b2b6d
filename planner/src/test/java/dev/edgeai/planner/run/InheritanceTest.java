package dev.edgeai.planner.run;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.config.OperatorConfig.Images;
import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.TrialResult;
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
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.Heritage.Ancestor;
import dev.edgeai.planner.run.Heritage.Extent;
import dev.edgeai.planner.run.RunAction.RecordEvent;
import dev.edgeai.planner.run.RunAction.StartBaseline;
import dev.edgeai.planner.run.RunAction.StartCertify;
import dev.edgeai.planner.run.RunAction.StartTrial;
import dev.edgeai.planner.run.RunObservation.Accelerators;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static dev.edgeai.planner.run.RunSteps.condition;
import static dev.edgeai.planner.run.Runs.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** What a run takes over from an earlier one. */
@NullUnmarked // null takes a default
class InheritanceTest {
    private static final String FAST = "openvino-int8-ptq";
    private static final String SMALL = "openvino-int8-ac";
    private static final Images IMAGES =
            new Images("runtime:1", Map.of(Framework.OPENVINO, "ov:1", Framework.ONNX_RUNTIME, "ort:1"), null);
    private static final OptimizationRunSpec BEFORE = Runs.spec(8, 2, "1h");

    // ---- what only judges ----

    @Test
    void another_gate_alone_is_judged_from_what_was_measured() {
        RunDecision decision = decide(gates("4.0"), ancestor("old", BEFORE, ended(BEFORE, Map.of())));

        assertThat(measures(decision)).isEmpty();
        assertThat(decision.actions())
                .filteredOn(StartCertify.class::isInstance)
                .extracting(a -> ((StartCertify) a).trial().name())
                .containsExactly(FAST);
        OptimizationRunStatus status = decision.status();
        assertThat(status.phase()).isEqualTo(RunPhase.CERTIFYING);
        assertThat(status.selected().trial()).isEqualTo(FAST);
        assertThat(trial(status, SMALL).phase())
                .as("5x was enough, 3.3x is not")
                .isEqualTo(TrialPhase.REJECTED);
        assertThat(trial(status, SMALL).message()).contains("minSpeedup");
        assertThat(status.inheritedFrom()).isEqualTo("old");
        assertThat(status.trials()).extracting(TrialStatus::inheritedFrom).containsOnly("old");
        assertThat(status.sourceDigest()).isEqualTo(Runs.digest("source"));
        assertThat(condition(decision, "Reconciling").getMessage())
                .contains("judges anew what run old measured: 8 trials");
        assertThat(decision.actions())
                .anyMatch(a -> a instanceof RecordEvent e && e.reason().text().equals("Inherited"));
    }

    @Test
    void embeddings_are_held_against_the_originals_vectors_from_what_was_measured() {
        OptimizationRunSpec off = Runs.embeddings("0");
        Map<String, JobState<TrialResult>> jobs = new HashMap<>();
        begun(off)
                .trials()
                .forEach(t ->
                        jobs.put(t.name(), Runs.done(Runs.withFidelity(Runs.result(t.name(), 900, 18, 0.97), 0.99))));
        jobs.put(FAST, Runs.done(Runs.withFidelity(Runs.good(FAST, 200, 8), 0.666)));
        jobs.put(SMALL, Runs.done(Runs.withFidelity(Runs.good(SMALL, 300, 4), 0.98)));
        OptimizationRunStatus old = ended(off, jobs);
        assertThat(old.selected().trial()).isEqualTo(FAST);

        RunDecision decision = decide(Runs.embeddings(null), ancestor("old", off, old));

        assertThat(measures(decision)).isEmpty();
        assertThat(decision.status().selected().trial()).isEqualTo(SMALL);
        assertThat(trial(decision.status(), FAST).message()).contains("minFidelity: 66.6 %");
    }

    @Test
    void a_gate_that_none_reaches_is_said_at_once() {
        RunDecision decision = decide(gates("9.0"), ancestor("old", BEFORE, ended(BEFORE, Map.of())));
        assertThat(measures(decision)).isEmpty();
        assertThat(condition(decision, "Stalled").getReason()).isEqualTo("NoVariantPassedGates");
        assertThat(condition(decision, "Stalled").getMessage()).contains("9");
    }

    @Test
    void a_run_that_no_variant_passed_teaches_the_next_one_with_a_lower_gate() {
        OptimizationRunSpec strict = gates("9.0");
        OptimizationRunStatus failed = ended(strict, Map.of());
        assertThat(failed.phase()).isEqualTo(RunPhase.FAILED);
        RunDecision decision = decide(BEFORE, ancestor("strict", strict, failed));
        assertThat(measures(decision)).isEmpty();
        assertThat(decision.status().selected().trial()).isEqualTo(FAST);
    }

    @Test
    void other_objectives_choose_another_variant_without_a_job() {
        OptimizationRunSpec small = spec(BEFORE.search(), Gates.defaults(), new Objectives(0, 0, 100, 0));
        RunDecision decision = decide(small, ancestor("old", BEFORE, ended(BEFORE, Map.of())));
        assertThat(measures(decision)).isEmpty();
        assertThat(decision.status().selected().trial()).isEqualTo(SMALL);
    }

    @Test
    void a_trial_keeps_the_name_of_the_run_that_measured_it() {
        Ancestor first = ancestor("first", BEFORE, ended(BEFORE, Map.of()));
        OptimizationRunStatus second = decide(gates("9.0"), first).status();
        RunDecision third = decide(gates("4.0"), ancestor("second", gates("9.0"), second), first);
        assertThat(third.status().inheritedFrom()).isEqualTo("second");
        assertThat(third.status().trials())
                .extracting(TrialStatus::inheritedFrom)
                .containsOnly("first");
    }

    @Test
    void what_another_model_measured_stays_where_it_is() {
        String theirs = "registry:5000/edgeai/default/other";
        Ancestor other = new Ancestor("other-1", BEFORE, ended(BEFORE, Map.of()), theirs);

        RunDecision decision = decide(gates("4.0"), other);

        assertThat(measures(decision)).isEmpty();
        OptimizationRunStatus status = decision.status();
        assertThat(status.inheritedFrom()).isEqualTo("other-1");
        assertThat(status.repository()).isEqualTo(theirs);
        assertThat(status.selected().artifact())
                .isEqualTo(theirs + "@" + trial(status, FAST).digest());
    }

    @Test
    void a_repository_of_another_namespace_is_not_believed_whatever_the_status_says() {
        String own = "registry:5000/edgeai/default/digits";
        assertThat(Heritage.repository("registry:5000/edgeai/default/other", own))
                .isEqualTo("registry:5000/edgeai/default/other");
        for (String forged : List.of(
                "registry:5000/edgeai/bank/secret",
                "registry:5000/edgeai/default/other/deeper",
                "elsewhere:5000/edgeai/default/other",
                "other")) {
            assertThat(Heritage.repository(forged, own)).as(forged).isEqualTo(own);
        }
        assertThat(Heritage.repository(null, own)).isEqualTo(own);

        OptimizationRunStatus inherited = decide(gates("4.0"), ancestor("old", BEFORE, ended(BEFORE, Map.of())))
                .status();
        OptimizationRunStatus forged = OptimizationRunStatusBuilder.builder(inherited)
                .repository("registry:5000/edgeai/bank/secret")
                .build();
        assertThat(certified(gates("4.0"), forged, Map.of()).selected().artifact())
                .startsWith(own + "@");
    }

    @Test
    void a_model_elsewhere_in_the_registry_lends_nothing() {
        Ancestor moved = new Ancestor("old", BEFORE, ended(BEFORE, Map.of()), "registry:5000/edgeai/default/digits");
        RunObservation seen = RunObservationBuilder.builder(seen(Extent.MEASUREMENTS, List.of(moved), Map.of()))
                .repository("registry:5000/new/default/digits")
                .build();
        assertThat(RunMachine.decide(1, gates("4.0"), OptimizationRunStatus.empty(), seen, T0)
                        .actions())
                .contains(new StartBaseline("intel-cpu"));
    }

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

    // ---- signing anew, and trying again ----

    @Test
    void certificates_are_signed_anew_without_any_measurement() {
        OptimizationRunStatus old = ended(BEFORE, Map.of(SMALL, failed("InternalError")));
        Ancestor ancestor = ancestor("old", BEFORE, old);
        Images newer = new Images("runtime:2", IMAGES.optimizers(), null);
        RunObservation seen =
                Runs.observation(0, false).heritage(new Heritage(Extent.EVERYTHING, newer, List.of(ancestor)));

        RunDecision first = RunMachine.decide(1, BEFORE, OptimizationRunStatus.empty(), seen, T0);
        assertThat(measures(first))
                .as("not even what the environment failed, and no node is needed")
                .isEmpty();
        assertThat(first.actions()).hasAtLeastOneElementOfType(StartCertify.class);
        assertThat(condition(first, "Reconciling").getMessage()).contains("signs anew what run old measured: 7 trials");

        Map<String, JobState<CertificateResult>> signed = new HashMap<>();
        first.status()
                .trials()
                .forEach(t ->
                        signed.put(t.name(), Runs.done(new CertificateResult(Runs.digest("new-" + t.name()), null))));
        OptimizationRunStatus done = RunMachine.decide(
                        1,
                        BEFORE,
                        first.status(),
                        Runs.withJobs(seen, Map.of(), signed).heritage(seen.heritage()),
                        T0)
                .status();
        assertThat(done.phase()).isEqualTo(RunPhase.SUCCEEDED);
        assertThat(done.selected().digest()).isEqualTo(old.selected().digest());
        assertThat(done.certificate()).isEqualTo(Runs.digest("new-" + FAST)).isNotEqualTo(old.certificate());
        assertThat(done.measuredUnder()).as("measured long ago").isEqualTo(old.measuredUnder());
    }

    /** Its status is of an operator that knew no such gate. */
    @Test
    void embeddings_that_drift_are_not_signed_anew() {
        OptimizationRunSpec spec = Runs.embeddings(null);
        OptimizationRunStatus old = ended(
                Runs.embeddings("0"),
                Map.of(
                        FAST, Runs.done(Runs.withHeldOutFidelity(Runs.good(FAST, 200, 8), 0.666)),
                        SMALL, Runs.done(Runs.withHeldOutFidelity(Runs.good(SMALL, 300, 4), 0.98))));
        assertThat(old.selected().trial()).isEqualTo(FAST);

        RunDecision decision = RunMachine.decide(
                1,
                spec,
                OptimizationRunStatus.empty(),
                seen(Extent.EVERYTHING, List.of(ancestor("old", spec, old)), Map.of()),
                T0);

        assertThat(measures(decision)).isEmpty();
        assertThat(decision.actions())
                .filteredOn(StartCertify.class::isInstance)
                .extracting(a -> ((StartCertify) a).trial().name())
                .containsExactly(SMALL);
    }

    @Test
    void another_try_that_a_person_asked_for_inherits_nothing() {
        RunObservation seen = seen(Extent.NOTHING, List.of(ancestor("old", BEFORE, ended(BEFORE, Map.of()))), Map.of());
        assertThat(RunMachine.decide(1, BEFORE, OptimizationRunStatus.empty(), seen, T0)
                        .actions())
                .contains(new StartBaseline("intel-cpu"));
    }

    @Test
    void a_run_waits_for_a_node_before_it_inherits_measurements() {
        Heritage heritage =
                new Heritage(Extent.MEASUREMENTS, IMAGES, List.of(ancestor("old", BEFORE, ended(BEFORE, Map.of()))));
        RunDecision decision = RunMachine.decide(
                1,
                gates("4.0"),
                OptimizationRunStatus.empty(),
                Runs.observation(0, false).heritage(heritage),
                T0);
        assertThat(decision.status().inheritedFrom()).isNull();
        assertThat(condition(decision, "Stalled").getReason()).isEqualTo("NoMatchingNode");
    }

    // ---- runs ----

    private static RunDecision decide(OptimizationRunSpec spec, Ancestor... runs) {
        return RunMachine.decide(
                1, spec, OptimizationRunStatus.empty(), seen(Extent.MEASUREMENTS, List.of(runs), Map.of()), T0);
    }

    /** Of the same model. */
    private static Ancestor ancestor(String name, OptimizationRunSpec spec, OptimizationRunStatus status) {
        return new Ancestor(name, spec, status, Runs.nothing().repository());
    }

    private static RunObservation seen(Extent extent, List<Ancestor> runs, Map<String, JobState<TrialResult>> trials) {
        return Runs.withJobs(Runs.nothing(), trials, Map.of()).heritage(new Heritage(extent, IMAGES, runs));
    }

    private static OptimizationRunStatus begun(OptimizationRunSpec spec) {
        RunObservation seen = Runs.withBaseline(Runs.nothing(), Runs.done(Runs.baseline()))
                .heritage(new Heritage(Extent.MEASUREMENTS, IMAGES, List.of()));
        return RunMachine.decide(1, spec, OptimizationRunStatus.empty(), seen, T0)
                .status();
    }

    /** A run of one stage; what is not said of is slow. */
    private static OptimizationRunStatus ended(OptimizationRunSpec spec, Map<String, JobState<TrialResult>> otherwise) {
        return end(spec, begun(spec), otherwise);
    }

    private static OptimizationRunStatus end(
            OptimizationRunSpec spec, OptimizationRunStatus begun, Map<String, JobState<TrialResult>> otherwise) {
        Map<String, JobState<TrialResult>> jobs = new HashMap<>();
        begun.trials().forEach(t -> jobs.put(t.name(), Runs.done(Runs.result(t.name(), 900, 18, 0.97))));
        jobs.put(FAST, Runs.done(Runs.good(FAST, 200, 8)));
        jobs.put(SMALL, Runs.done(Runs.good(SMALL, 300, 4)));
        jobs.putAll(otherwise);
        return certified(spec, begun, jobs);
    }

    /** A run that screens first: one variant is the fastest by far and loses 10 % of its quality. */
    private static OptimizationRunStatus searched(OptimizationRunSpec spec) {
        OptimizationRunStatus status = begun(spec);
        for (int i = 0; i < 20 && status.phase() == RunPhase.SEARCHING; i++) {
            Map<String, JobState<TrialResult>> jobs = status.trials().stream()
                    .filter(t -> !RunDraft.done(t))
                    .collect(
                            Collectors.toMap(t -> TrialTransitions.job(t).trial(), t -> Runs.done(screened(t.name()))));
            status = RunMachine.decide(1, spec, status, seen(Extent.MEASUREMENTS, List.of(), jobs), T0)
                    .status();
        }
        return certified(spec, status, Map.of());
    }

    private static TrialResult screened(String trial) {
        return trial.startsWith("onnxruntime-int8-static")
                ? Runs.result(trial, trial.equals("onnxruntime-int8-static") ? 60 : 70, 3, 0.88)
                : Runs.result(trial, trial.startsWith(FAST) ? 300 : 900, trial.startsWith(FAST) ? 8 : 18, 0.99);
    }

    private static OptimizationRunStatus certified(
            OptimizationRunSpec spec, OptimizationRunStatus status, Map<String, JobState<TrialResult>> jobs) {
        Map<String, JobState<CertificateResult>> certificates = new HashMap<>();
        status.trials()
                .forEach(t -> certificates.put(
                        t.name(), Runs.done(new CertificateResult(Runs.digest("cert-" + t.name()), null))));
        RunObservation seen = Runs.withJobs(Runs.nothing(), jobs, certificates)
                .heritage(new Heritage(Extent.MEASUREMENTS, IMAGES, List.of()));
        return RunMachine.decide(1, spec, status, seen, T0).status();
    }

    private static JobState<TrialResult> failed(String reason) {
        return new JobState.Failed<>(new Failure(reason, "it says why"), Optional.empty());
    }

    private static List<RunAction> measures(RunDecision decision) {
        return decision.actions().stream()
                .filter(a -> a instanceof StartBaseline || a instanceof StartTrial)
                .toList();
    }

    private static List<String> started(RunDecision decision) {
        return measures(decision).stream()
                .map(a -> ((StartTrial) a).candidate().name())
                .toList();
    }

    private static TrialStatus trial(OptimizationRunStatus status, String name) {
        return status.trials().stream()
                .filter(t -> t.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static OptimizationRunSpec gates(String minSpeedup) {
        return spec(
                BEFORE.search(),
                new Gates(null, Decimal.of(minSpeedup), null, null, null, null, null, null, null, null, null, null),
                null);
    }

    private static OptimizationRunSpec spec(Search search, Gates gates, Objectives objectives) {
        return OptimizationRunSpecBuilder.builder(BEFORE)
                .objectives(objectives)
                .gates(gates)
                .search(search)
                .build();
    }

    private static OptimizationRunSpec with(ModelSource source, Evaluation evaluation) {
        return OptimizationRunSpecBuilder.builder(BEFORE)
                .source(source)
                .evaluation(evaluation)
                .build();
    }

    private static AcceleratorProfile profile(AcceleratorProfile of, int threads, Quantity memory) {
        return new AcceleratorProfile(
                of.name(),
                of.platform(),
                null,
                null,
                memory == null
                        ? null
                        : new ResourceRequirementsBuilder()
                                .addToLimits("memory", memory)
                                .build(),
                null,
                threads,
                null,
                null,
                null);
    }

    private static Arguments change(String what, OptimizationRunSpec spec, Images images) {
        return change(what, spec, images, Runs.profile("intel-cpu", "intel-cpu"));
    }

    private static Arguments change(String what, OptimizationRunSpec spec, Images images, AcceleratorProfile profile) {
        return Arguments.of(what, spec, images, profile);
    }
}
