package dev.edgeai.planner.search;

import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.FrameworkPlan;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.search.Search;
import dev.edgeai.api.v1alpha1.source.Architecture;
import dev.edgeai.api.v1alpha1.source.ModelFormat;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.JobKey;
import dev.edgeai.planner.run.RunAction;
import dev.edgeai.planner.run.RunAction.StartTrial;
import dev.edgeai.planner.run.RunDecision;
import dev.edgeai.planner.run.RunMachine;
import dev.edgeai.planner.run.RunObservation;
import dev.edgeai.planner.run.RunObservation.Accelerators;
import dev.edgeai.planner.run.RunObservation.Matched;
import dev.edgeai.planner.run.Runs;
import dev.edgeai.planner.technique.Candidate;
import dev.edgeai.planner.technique.TechniqueContext;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

import static org.assertj.core.api.Assertions.assertThat;

/** The default search, Job by Job. */
@NullUnmarked // null takes a default
class ProgressiveSearchTest {
    private final List<StartTrial> started = new ArrayList<>();
    private final Map<String, JobState<TrialResult>> jobs = new HashMap<>();
    private OptimizationRunStatus status = OptimizationRunStatus.empty();

    /** A hundred looks, a minute from one to the next; a Job answers before the next look. */
    private void run(
            int maxTrials, @Nullable Decimal joules, String timeout, Function<StartTrial, TrialResult> answer) {
        OptimizationRunSpec spec = Runs.spec(new Search(maxTrials, 1, new TimeSpan(timeout), null, null, joules));
        for (int look = 0; look < 100; look++) {
            RunObservation seen = Runs.withJobs(
                    withBf16(Runs.withBaseline(Runs.nothing(), Runs.done(Runs.baseline()))), jobs, Map.of());
            RunDecision decision = RunMachine.decide(1, spec, status, seen, Runs.T0.plus(Duration.ofMinutes(look)));
            status = decision.status();
            for (RunAction action : decision.actions()) {
                if (action instanceof StartTrial start) {
                    started.add(start);
                    jobs.put(start.job().trial(), Runs.done(answer.apply(start)));
                }
            }
        }
    }

    private static RunObservation withBf16(RunObservation o) {
        Matched matched = new Matched(Runs.profile("intel-cpu", "intel-cpu"), 1, Optional.of(Set.of("avx512_bf16")));
        return Runs.withAccelerators(o, new Accelerators(Optional.of(matched), Optional.empty()));
    }

    /** int8 is fast and small, all else about the baseline. */
    private static TrialResult answer(StartTrial start) {
        String name = start.candidate().name();
        if (name.endsWith("run-bf16")) {
            return Runs.result(name, 190, 6, 0.99);
        }
        if (name.equals("openvino-int8-ptq-performance")) {
            return Runs.result(name, 180, 6, 0.98);
        }
        if (name.startsWith("openvino-int8")) {
            return Runs.result(name, 200, 6, 0.995);
        }
        return name.contains("int8-static") ? Runs.result(name, 300, 5, 0.99) : Runs.result(name, 900, 19, 0.999);
    }

    private TrialStatus trial(String name) {
        return status.trials().stream()
                .filter(t -> t.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void stages_follow_each_other_and_only_survivors_are_measured_in_full() {
        run(8, null, "24h", ProgressiveSearchTest::answer);

        assertThat(started)
                .extracting(s -> s.job().trial())
                .containsSubsequence(
                        "openvino-bf16",
                        "openvino-int8-ptq",
                        "openvino-int8-ptq-performance",
                        "openvino-int8-ptq-run-bf16",
                        "openvino-int8-ptq-full");
        assertThat(started)
                .filteredOn(s -> s.depth() == Depth.FULL)
                .hasSizeLessThanOrEqualTo(8)
                .allSatisfy(s -> {
                    assertThat(s.job()).isEqualTo(JobKey.full(s.candidate().name()));
                    assertThat(s.variantDigest())
                            .isEqualTo(Runs.digest(s.candidate().name()));
                    assertThat(s.engineOptions()).isEmpty();
                });
        assertThat(trial("openvino-int8-ptq").phase()).isEqualTo(TrialPhase.ACCEPTED);
        assertThat(trial("openvino-fp16").phase()).isEqualTo(TrialPhase.SCREENED);
        assertThat(trial("openvino-fp16").message())
                .startsWith("left out after screening, it clearly misses minSpeedup: 1.11x");
    }

    @Test
    void other_engine_options_are_tried_on_a_variant_that_exists() {
        run(8, null, "24h", ProgressiveSearchTest::answer);

        assertThat(started)
                .filteredOn(s -> s.candidate().base() != null && s.depth() == Depth.SCREENING)
                .isNotEmpty()
                .allSatisfy(s -> {
                    assertThat(s.variantDigest())
                            .isEqualTo(Runs.digest(s.candidate().base()));
                    assertThat(s.engineOptions()).isEqualTo(Map.of("INFERENCE_PRECISION_HINT", "bf16"));
                });
    }

    /** What runs in bf16 already is the fastest and has no option left; the two behind it have. */
    @Test
    void the_best_that_leave_something_to_try_are_varied_conversions_too() {
        run(8, null, "24h", s -> {
            String name = s.candidate().name();
            boolean bf16 = name.endsWith("bf16");
            return Runs.result(name, bf16 ? 200 : name.contains("int8") ? 900 : 300, bf16 ? 8 : 5, 0.999);
        });

        assertThat(started)
                .extracting(s -> s.job().trial())
                .contains("onnxruntime-graph-all", "openvino-fp16-run-bf16", "openvino-fp32-run-bf16");
    }

    /** bf16 brings the weights in fp16, which alone are slower than the source, the speed that the gate asks for. */
    @Test
    void what_misses_a_gate_of_speed_is_still_run_with_other_engine_options() {
        run(8, null, "24h", s -> {
            String name = s.candidate().name();
            boolean fast = name.endsWith("fp16-run-bf16");
            boolean half = name.contains("fp16");
            return Runs.result(name, fast ? 200 : half ? 1050 : 900, fast ? 6 : half ? 8 : 18, 0.999);
        });

        assertThat(status.selected().trial()).isEqualTo("openvino-fp16-run-bf16");
    }

    @Test
    void few_candidates_are_measured_in_full_at_once() {
        run(4, null, "24h", ProgressiveSearchTest::answer);

        assertThat(started).hasSize(4).allMatch(s -> s.depth() == Depth.FULL && s.variantDigest() == null);
    }

    @Test
    void of_what_gains_alike_not_all_is_measured_in_full() {
        run(8, null, "24h", ProgressiveSearchTest::answer);

        assertThat(trial("openvino-int8-ptq-run-bf16").phase()).isEqualTo(TrialPhase.SCREENED);
        assertThat(trial("openvino-int8-ptq-run-bf16").message()).contains("gains next to nothing");
    }

    @Test
    void accuracy_control_is_left_out_where_plain_quantization_keeps_its_quality() {
        run(8, null, "24h", ProgressiveSearchTest::answer);

        assertThat(status.trials()).extracting(TrialStatus::name).doesNotContain("openvino-int8-ac");
    }

    @Test
    void accuracy_control_is_tried_as_soon_as_plain_quantization_loses_too_much() {
        run(8, null, "24h", s -> s.candidate().name().startsWith("openvino-int8-ptq") ? lossy(s) : answer(s));

        assertThat(started)
                .extracting(s -> s.job().trial())
                .containsSubsequence("openvino-int8-ptq", "openvino-int8-ac", "openvino-int8-ac-full");
        assertThat(trial("openvino-int8-ac").phase()).isEqualTo(TrialPhase.ACCEPTED);
    }

    @Test
    void accuracy_control_is_tried_when_only_the_full_measurement_shows_what_is_lost() {
        run(8, null, "24h", s -> {
            String name = s.candidate().name();
            boolean full = s.depth() == Depth.FULL;
            return full && name.startsWith("openvino-int8-ptq")
                    ? lossy(s)
                    : full && !name.startsWith("openvino-int8-ac") ? Runs.result(name, 900, 18, 0.999) : answer(s);
        });

        assertThat(started)
                .extracting(s -> s.job().trial())
                .containsSubsequence("openvino-int8-ptq-full", "openvino-int8-ac", "openvino-int8-ac-full");
        assertThat(status.selected().trial()).isEqualTo("openvino-int8-ac");
    }

    @Test
    void accuracy_control_is_left_out_where_plain_quantization_misses_more_than_quality() {
        run(8, null, "24h", s -> {
            String name = s.candidate().name();
            return name.startsWith("openvino-int8-ptq") ? Runs.result(name, 180, 18, 0.90) : answer(s);
        });

        assertThat(status.trials()).extracting(TrialStatus::name).doesNotContain("openvino-int8-ac");
    }

    @Test
    void a_short_search_too_tries_accuracy_control_only_where_plain_quantization_loses_too_much() {
        run(4, null, "24h", ProgressiveSearchTest::answer);
        assertThat(status.trials()).extracting(TrialStatus::name).doesNotContain("openvino-int8-ac");
    }

    @Test
    void accuracy_control_aims_at_half_of_what_the_gate_allows() {
        run(8, null, "24h", s -> s.candidate().name().startsWith("openvino-int8-ptq") ? lossy(s) : answer(s));

        assertThat(trial("openvino-int8-ac").parameters())
                .as("5 %% of a baseline of 0.98")
                .containsEntry("maxDrop", "0.0245");
    }

    private static TrialResult lossy(StartTrial start) {
        return Runs.result(start.candidate().name(), 180, 6, 0.90);
    }

    /** A screening is short: what looked best may miss a gate in full. */
    @Test
    void when_those_measured_in_full_fail_the_next_best_are() {
        run(
                8,
                null,
                "24h",
                s -> s.depth() == Depth.FULL && s.candidate().name().startsWith("openvino")
                        ? Runs.result(s.candidate().name(), 900, 6, 0.98)
                        : answer(s));

        assertThat(started).filteredOn(s -> s.depth() == Depth.FULL).hasSizeLessThanOrEqualTo(8);
        assertThat(status.selected().trial()).startsWith("onnxruntime-int8-static");
    }

    @Test
    void when_none_can_pass_the_nearest_is_measured_in_full_to_say_by_how_much() {
        run(8, null, "24h", s -> Runs.result(s.candidate().name(), 900, 18, 0.999));

        assertThat(started).filteredOn(s -> s.depth() == Depth.FULL).hasSize(1);
        assertThat(status.conditions().getFirst().getReason()).isEqualTo("NoVariantPassedGates");
    }

    @Test
    void half_of_the_time_is_kept_for_full_measurements() {
        run(8, null, "20m", ProgressiveSearchTest::answer);

        assertThat(started).noneMatch(s -> s.job().trial().endsWith("run-bf16"));
        assertThat(trial("openvino-int8-ptq").phase()).isEqualTo(TrialPhase.ACCEPTED);
    }

    /** As where several runs wait for one node. */
    @Test
    void when_half_of_the_time_went_by_before_any_quantization_one_of_each_framework_is_tried() {
        run(8, null, "8m", ProgressiveSearchTest::answer);

        assertThat(started)
                .extracting(s -> s.job().trial())
                .contains("openvino-int8-ptq", "onnxruntime-int8-static")
                .doesNotContain("onnxruntime-int8-dynamic", "openvino-w8");
        assertThat(trial("openvino-int8-ptq").phase()).isEqualTo(TrialPhase.ACCEPTED);
    }

    @Test
    void a_spent_energy_budget_starts_nothing_more_and_keeps_what_was_measured() {
        run(4, Decimal.of("25"), "24h", s -> {
            TrialResult r = answer(s);
            return new TrialResult(
                    r.trial(),
                    r.digest(),
                    r.baseline(),
                    r.variant(),
                    r.comparison(),
                    null,
                    Map.of(),
                    Decimal.of("20"),
                    null);
        });

        assertThat(started).hasSize(2);
        assertThat(status.joulesSpent()).isEqualTo(Decimal.of("40"));
        assertThat(status.trials())
                .filteredOn(t -> "BudgetExceeded".equals(t.reason()))
                .hasSize(2)
                .allSatisfy(t -> assertThat(t.message()).contains("25 J (search.maxEnergyJoules)"));
        assertThat(status.selected().trial()).startsWith("openvino-int8");
    }

    @Test
    void what_was_best_in_earlier_runs_of_the_kind_comes_first() {
        OptimizationRunSpec spec = Runs.spec(8, 1, "1h");
        SearchPlan plan = SearchPlan.of(
                List.of(new FrameworkPlan(Framework.OPENVINO, true, "")),
                new TechniqueContext(Runs.onnx(), spec.task(), spec.evaluation(), Optional.empty(), 1));
        EarlierRun earlier = new EarlierRun(
                "monday",
                "intel-cpu",
                ModelFormat.ONNX,
                Architecture.CONVOLUTIONAL,
                List.of("openvino-fp16", "openvino-int8-ac"));

        assertThat(plan.learned(List.of(earlier), List.of("monday")).trials())
                .extracting(Candidate::name)
                .startsWith("openvino-fp16", "openvino-int8-ac", "openvino-int8-ptq");
        assertThat(plan.learned(List.of(earlier), List.of())).isEqualTo(plan);
        assertThat(earlier.teaches(Runs.onnx(), "intel-cpu")).isTrue();
        assertThat(earlier.teaches(Runs.onnx(), "arm-cpu")).isFalse();
        assertThat(earlier.teaches(Runs.assessment(ModelFormat.ONNX, Architecture.TRANSFORMER, false), "intel-cpu"))
                .isFalse();
    }
}
