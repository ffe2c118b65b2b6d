package dev.edgeai.planner.run;

import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Certified;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Architecture;
import dev.edgeai.api.v1alpha1.source.ModelFormat;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.RunAction.RecordEvent;
import dev.edgeai.planner.run.RunAction.StartBaseline;
import dev.edgeai.planner.run.RunAction.StartCertify;
import dev.edgeai.planner.run.RunAction.StartTrial;
import dev.edgeai.planner.run.RunObservation.Accelerators;
import dev.edgeai.planner.run.RunObservation.Matched;
import dev.edgeai.planner.status.Reason;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import static dev.edgeai.planner.run.RunSteps.RUNNING;
import static dev.edgeai.planner.run.RunSteps.all;
import static dev.edgeai.planner.run.RunSteps.condition;
import static dev.edgeai.planner.run.RunSteps.decide;
import static dev.edgeai.planner.run.RunSteps.searching;
import static dev.edgeai.planner.run.Runs.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

@NullUnmarked // null takes a default
class RunMachineTest {
    @Test
    void a_new_run_measures_its_baseline_first() {
        RunDecision decision = decide(OptimizationRunStatus.empty(), Runs.nothing(), T0);

        assertThat(decision.actions()).contains(new StartBaseline("intel-cpu"));
        assertThat(decision.status().phase()).isEqualTo(RunPhase.ASSESSING);
        assertThat(decision.status().observedGeneration()).isEqualTo(3);
        assertThat(condition(decision, "Reconciling").getStatus()).isEqualTo("True");
        assertThat(JobKey.baseline().jobName("digits")).isEqualTo("digits-baseline");
    }

    @Test
    void a_measured_baseline_brings_the_plan_and_the_first_trials() {
        RunDecision decision = decide(
                OptimizationRunStatus.empty(), Runs.withBaseline(Runs.nothing(), Runs.done(Runs.baseline())), T0);

        assertThat(decision.status().phase()).isEqualTo(RunPhase.SEARCHING);
        assertThat(decision.status().progress()).isEqualTo("0/8");
        assertThat(decision.status().sourceDigest()).isEqualTo(Runs.digest("source"));
        assertThat(decision.actions())
                .filteredOn(StartTrial.class::isInstance)
                .extracting(a -> ((StartTrial) a).candidate().name())
                .containsExactly("openvino-int8-ptq", "onnxruntime-int8-static");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SourceNotFound", "DigestMismatch", "UnsupportedModel", "InvalidDataset"})
    void a_failed_baseline_fails_the_run_with_its_reason(String reason) {
        RunObservation seen = Runs.withBaselineState(
                Runs.nothing(), new JobState.Failed<>(new Failure(reason, "what to do"), Optional.empty()));

        RunDecision decision = decide(OptimizationRunStatus.empty(), seen, T0);

        assertThat(decision.status().phase()).isEqualTo(RunPhase.FAILED);
        assertThat(condition(decision, "Stalled").getStatus()).isEqualTo("True");
        assertThat(condition(decision, "Stalled").getReason()).isEqualTo(reason);
        assertThat(condition(decision, "Stalled").getMessage()).contains("what to do");
        assertThat(decision.actions())
                .anyMatch(a -> a instanceof RecordEvent e
                        && e.warning()
                        && e.reason().text().equals(reason));
    }

    @Test
    void no_matching_node_stalls_with_label_and_count_and_recovers() {
        RunDecision stalled = decide(OptimizationRunStatus.empty(), Runs.observation(0, false), T0);

        assertThat(stalled.status().phase()).isEqualTo(RunPhase.PENDING);
        assertThat(condition(stalled, "Stalled").getReason()).isEqualTo("NoMatchingNode");
        assertThat(condition(stalled, "Stalled").getMessage())
                .contains("0 Ready nodes carry edgeai.dev/accelerator=intel-cpu")
                .contains("names no fallback");
        assertThat(stalled.status().startTime()).isNull();

        RunDecision later = decide(stalled.status(), Runs.nothing(), T0.plusSeconds(7200));
        assertThat(later.actions()).contains(new StartBaseline("intel-cpu"));
        assertThat(later.status().startTime()).isEqualTo("2026-01-01T02:00:00Z");
    }

    @Test
    void the_fallback_takes_over_is_kept_and_is_said_out_loud() {
        Accelerators fallback = new Accelerators(
                Optional.of(Runs.matched(Runs.profile("intel-cpu", "intel-cpu"), 0)),
                Optional.of(Runs.matched(Runs.profile("any-cpu", "intel-cpu"), 2)));

        RunDecision decision =
                decide(OptimizationRunStatus.empty(), Runs.withAccelerators(Runs.nothing(), fallback), T0);

        assertThat(decision.actions()).contains(new StartBaseline("any-cpu"));
        assertThat(decision.status().accelerator()).isEqualTo("any-cpu");
        assertThat(condition(decision, "Ready").getMessage()).contains("its fallback 'any-cpu' took over");
        // the requested class comes back: the run stays where its baseline is
        Accelerators both = new Accelerators(
                Optional.of(Runs.matched(Runs.profile("intel-cpu", "intel-cpu"), 1)), fallback.fallback());
        assertThat(decide(decision.status(), Runs.withAccelerators(Runs.nothing(), both), T0)
                        .actions())
                .contains(new StartBaseline("any-cpu"));
    }

    @Test
    void what_the_cpus_can_do_is_that_of_the_nodes_it_is_bound_to_and_only_gets_less() {
        Matched fallback = new Matched(Runs.profile("any-cpu", "intel-cpu"), 2, Optional.of(Set.of("avx2", "aes")));
        RunObservation bound = Runs.withAccelerators(
                Runs.nothing(),
                new Accelerators(
                        Optional.of(Runs.matched(Runs.profile("intel-cpu", "intel-cpu"), 0)), Optional.of(fallback)));
        OptimizationRunStatus begun =
                decide(OptimizationRunStatus.empty(), bound, T0).status();
        assertThat(begun.cpuFeatures()).containsExactly("aes", "avx2");
        // the requested class comes back, with bfloat16, and so does another node of the fallback
        Matched requested =
                new Matched(Runs.profile("intel-cpu", "intel-cpu"), 1, Optional.of(Set.of("avx2", "avx512_bf16")));
        Matched grown = new Matched(fallback.profile(), 3, Optional.of(Set.of("avx2", "amx_bf16")));
        RunObservation later = Runs.withBaseline(
                Runs.withAccelerators(bound, new Accelerators(Optional.of(requested), Optional.of(grown))),
                Runs.done(Runs.baseline()));

        OptimizationRunStatus searching = decide(begun, later, T0).status();

        assertThat(searching.cpuFeatures()).containsExactly("avx2");
        assertThat(searching.trials()).isNotEmpty().noneMatch(t -> t.name().contains("bf16"));
    }

    @Test
    void an_unknown_accelerator_stalls() {
        RunDecision decision = decide(
                OptimizationRunStatus.empty(),
                Runs.withAccelerators(Runs.nothing(), new Accelerators(Optional.empty(), Optional.empty())),
                T0);
        assertThat(condition(decision, "Stalled").getReason()).isEqualTo("UnknownAccelerator");
    }

    @Test
    void a_pod_that_cannot_be_scheduled_yet_is_waited_for_and_said_out_loud_after_a_while() {
        JobState<TrialResult> pending =
                new JobState.Pending<>(Optional.of("Unschedulable"), Optional.of("0/3 nodes: insufficient memory"), T0);
        OptimizationRunStatus status =
                decide(OptimizationRunStatus.empty(), Runs.nothing(), T0).status();

        RunDecision soon = decide(status, Runs.withBaselineState(Runs.nothing(), pending), T0.plusSeconds(60));
        assertThat(condition(soon, "Reconciling").getReason()).isEqualTo("Assessing");
        RunDecision late = decide(status, Runs.withBaselineState(Runs.nothing(), pending), T0.plusSeconds(180));
        assertThat(condition(late, "Reconciling").getStatus()).isEqualTo("True");
        assertThat(condition(late, "Reconciling").getReason()).isEqualTo("Unschedulable");
        assertThat(condition(late, "Reconciling").getMessage())
                .contains("for 3 min", "insufficient memory", "add a node");
        assertThat(condition(late, "Stalled").getStatus())
                .as("a node may come back by itself")
                .isEqualTo("False");

        Instant muchLater = T0.plus(Duration.ofHours(5));
        RunDecision lasting = decide(late.status(), Runs.withBaselineState(Runs.nothing(), pending), muchLater);
        assertThat(lasting.status().phase()).as("no fault of the run").isEqualTo(RunPhase.ASSESSING);
        assertThat(condition(lasting, "Stalled").getStatus()).isEqualTo("True");
        assertThat(condition(lasting, "Stalled").getReason()).isEqualTo("Unschedulable");
        RunDecision back = decide(
                lasting.status(), Runs.withBaselineState(Runs.nothing(), RUNNING), muchLater.plusSeconds(50 * 60));
        assertThat(condition(back, "Reconciling").getStatus()).isEqualTo("True");
        assertThat(back.status().phase()).as("its time begins now").isEqualTo(RunPhase.ASSESSING);
    }

    @Test
    void a_failed_trial_does_not_stop_the_run() {
        Map<String, JobState<TrialResult>> jobs = new HashMap<>();
        jobs.put("openvino-int8-ptq", new JobState.Failed<>(new Failure("NoEffect", "same size"), Optional.empty()));
        jobs.put("onnxruntime-int8-static", RUNNING);

        RunDecision decision = decide(searching(), Runs.withJobs(Runs.nothing(), jobs, Map.of()), T0.plusSeconds(60));

        assertThat(decision.status().progress()).isEqualTo("1/8");
        assertThat(decision.status().trials().getFirst().phase()).isEqualTo(TrialPhase.FAILED);
        assertThat(decision.status().trials().getFirst().reason()).isEqualTo("NoEffect");
        assertThat(decision.actions()).filteredOn(StartTrial.class::isInstance).hasSize(1);
    }

    @Test
    void when_none_passes_the_message_names_the_nearest_its_gate_and_the_gap() {
        Map<String, JobState<TrialResult>> jobs = all(RUNNING);
        jobs.replaceAll((name, s) -> Runs.done(Runs.result(name, 900, 18, 0.8)));
        jobs.put("onnxruntime-graph", Runs.done(Runs.result("onnxruntime-graph", 700, 5, 0.99)));

        RunDecision decision = decide(searching(), Runs.withJobs(Runs.nothing(), jobs, Map.of()), T0.plusSeconds(60));

        assertThat(decision.status().phase()).isEqualTo(RunPhase.FAILED);
        assertThat(condition(decision, "Stalled").getReason()).isEqualTo("NoVariantPassedGates");
        assertThat(condition(decision, "Stalled").getMessage())
                .contains("none of 8 measured variants passed all gates")
                .contains("the nearest is onnxruntime/graph: minSpeedup: 1.43x")
                .contains("below 2x by 0.57x");
        assertThat(decision.status().paretoFront()).as("kept for people to see").isNotEmpty();
        assertThat(decision.status().selected()).isNull();
    }

    @Test
    void the_front_is_certified_the_selected_first_and_then_the_run_succeeds() {
        Map<String, JobState<TrialResult>> jobs = all(RUNNING);
        jobs.replaceAll((name, s) -> Runs.done(Runs.result(name, 900, 18, 0.8)));
        jobs.put("openvino-int8-ptq", Runs.done(Runs.good("openvino-int8-ptq", 200, 8)));
        jobs.put("openvino-int8-ac", Runs.done(Runs.good("openvino-int8-ac", 300, 4)));
        jobs.put("openvino-fp16", Runs.done(Runs.good("openvino-fp16", 310, 5))); // beaten

        RunObservation measured = Runs.withJobs(Runs.nothing(), jobs, Map.of());
        RunDecision certifying = decide(searching(), measured, T0.plusSeconds(60));

        assertThat(certifying.status().phase()).isEqualTo(RunPhase.CERTIFYING);
        assertThat(certifying.status().paretoFront()).containsExactly("openvino-int8-ptq", "openvino-int8-ac");
        assertThat(certifying.actions())
                .filteredOn(StartCertify.class::isInstance)
                .extracting(a -> ((StartCertify) a).trial().name())
                .containsExactly("openvino-int8-ptq", "openvino-int8-ac");

        RunDecision done = decide(
                certifying.status(),
                Runs.withJobs(
                        Runs.nothing(),
                        jobs,
                        Map.of(
                                "openvino-int8-ptq",
                                        Runs.done(new CertificateResult(Runs.digest("c1"), Runs.digest("bundle"))),
                                "openvino-int8-ac", Runs.done(new CertificateResult(Runs.digest("c2"), null)))),
                T0.plusSeconds(90));
        assertThat(done.status().phase()).isEqualTo(RunPhase.SUCCEEDED);
        assertThat(condition(done, "Ready").getStatus()).isEqualTo("True");
        assertThat(done.status().certificate()).isEqualTo(Runs.digest("c1"));
        assertThat(done.status().certificates())
                .extracting(Certified::certificate, Certified::bundle)
                .containsExactly(tuple(Runs.digest("c1"), Runs.digest("bundle")), tuple(Runs.digest("c2"), null));
        assertThat(done.status().selected().artifact())
                .isEqualTo("registry:5000/edgeai/default/digits@" + Runs.digest("openvino-int8-ptq"));
        assertThat(done.status().selected().reason()).startsWith("openvino/int8-ptq: 5.0x faster");
        assertThat(done.status().completionTime()).isNotNull();
    }

    @Test
    void when_a_certificate_cannot_be_signed_the_next_of_the_front_is_selected() {
        Map<String, JobState<TrialResult>> jobs = all(RUNNING);
        jobs.replaceAll((name, s) -> Runs.done(Runs.result(name, 900, 18, 0.8)));
        jobs.put("openvino-int8-ptq", Runs.done(Runs.good("openvino-int8-ptq", 200, 8)));
        jobs.put("openvino-int8-ac", Runs.done(Runs.good("openvino-int8-ac", 300, 4)));
        JobState<CertificateResult> failed = new JobState.Failed<>(new Failure("GateRefused", "no"), Optional.empty());

        RunDecision one = decide(
                searching(),
                Runs.withJobs(
                        Runs.nothing(),
                        jobs,
                        Map.of(
                                "openvino-int8-ptq",
                                failed,
                                "openvino-int8-ac",
                                Runs.done(new CertificateResult(Runs.digest("c2"), null)))),
                T0);
        assertThat(one.status().phase()).isEqualTo(RunPhase.SUCCEEDED);
        assertThat(one.status().selected().trial()).isEqualTo("openvino-int8-ac");

        RunDecision none = decide(
                searching(),
                Runs.withJobs(Runs.nothing(), jobs, Map.of("openvino-int8-ptq", failed, "openvino-int8-ac", failed)),
                T0);
        assertThat(condition(none, "Stalled").getReason()).isEqualTo("CertificationFailed");
    }

    @Test
    void a_variant_that_misses_a_gate_does_not_push_out_one_that_passes() {
        Map<String, JobState<TrialResult>> jobs = all(RUNNING);
        jobs.replaceAll((name, s) -> Runs.done(Runs.result(name, 900, 18, 0.8)));
        // better on every axis by its numbers, but its speed-up rests on too few pairs
        TrialResult doubtful = Runs.good("onnxruntime-graph", 100, 1);
        jobs.put(
                "onnxruntime-graph",
                Runs.done(new TrialResult(
                        "onnxruntime-graph",
                        doubtful.digest(),
                        doubtful.baseline(),
                        doubtful.variant(),
                        new Comparison(
                                Estimate.of(10, 9, 11, 5),
                                doubtful.comparison().accuracyRetention(),
                                null,
                                doubtful.comparison().memoryReduction(),
                                doubtful.comparison().sizeReduction(),
                                null,
                                null),
                        null,
                        Map.of(),
                        null,
                        null)));
        jobs.put("openvino-int8-ptq", Runs.done(Runs.good("openvino-int8-ptq", 300, 8)));

        RunDecision decision = decide(searching(), Runs.withJobs(Runs.nothing(), jobs, Map.of()), T0);

        assertThat(decision.status().paretoFront()).containsExactly("openvino-int8-ptq");
        assertThat(decision.status().selected().trial()).isEqualTo("openvino-int8-ptq");
    }

    @Test
    void a_model_no_framework_reads_fails_and_says_why_for_each() {
        RunObservation o = Runs.withBaseline(Runs.nothing(), Runs.done(Runs.baseline()));
        RunObservation gguf = RunObservationBuilder.builder(o)
                .available(Set.of(Framework.OPENVINO))
                .assessed(Optional.of(Runs.assessment(ModelFormat.GGUF, Architecture.TRANSFORMER, true)))
                .build();

        RunDecision decision = decide(OptimizationRunStatus.empty(), gguf, T0);

        assertThat(condition(decision, "Stalled").getReason()).isEqualTo("NoFramework");
        assertThat(condition(decision, "Stalled").getMessage()).contains("OpenVINO: does not read GGUF");
    }

    @Test
    void a_result_without_a_variant_is_a_failed_trial() {
        RunDecision decision = decide(
                searching(),
                Runs.withJobs(Runs.nothing(), Map.of("openvino-int8-ptq", Runs.done(Runs.baseline())), Map.of()),
                T0);
        assertThat(decision.status().trials().getFirst().reason()).isEqualTo(Reason.MEASUREMENT_FAILED.text());
    }

    @Test
    void one_event_tells_each_change_of_phase() {
        RunDecision first = decide(OptimizationRunStatus.empty(), Runs.nothing(), T0);
        assertThat(events(first)).hasSize(1);
        assertThat(events(decide(first.status(), Runs.withBaselineState(Runs.nothing(), RUNNING), T0)))
                .isEmpty();
    }

    private static List<RunAction> events(RunDecision decision) {
        return decision.actions().stream().filter(RecordEvent.class::isInstance).toList();
    }
}
