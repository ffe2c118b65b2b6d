package dev.edgeai.planner.optimization;

import dev.edgeai.api.v1alpha1.Assessment;
import dev.edgeai.api.v1alpha1.Evaluation;
import dev.edgeai.api.v1alpha1.Framework;
import dev.edgeai.api.v1alpha1.Metric;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.FrameworkPlan;
import dev.edgeai.api.v1alpha1.Search;
import dev.edgeai.api.v1alpha1.Task;
import dev.edgeai.api.v1alpha1.TimeSpan;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

@NullUnmarked // null takes a default
class CandidatesTest {
    private static final List<FrameworkPlan> BOTH = List.of(
            new FrameworkPlan(Framework.OPENVINO, true, ""),
            new FrameworkPlan(Framework.OLIVE, false, ""),
            new FrameworkPlan(Framework.ONNX_RUNTIME, true, ""));

    private static List<String> names(Assessment model, int maxTrials, Optional<Set<String>> cpu) {
        return Candidates.of(BOTH, model, Task.IMAGE_CLASSIFICATION, evaluation(null), search(maxTrials), cpu).stream()
                .map(Candidate::name)
                .toList();
    }

    private static Evaluation evaluation(Metric metric) {
        return new Evaluation(new Evaluation.Dataset("oci://r/d:1", null), metric, null, null);
    }

    private static Search search(int maxTrials) {
        return new Search(maxTrials, 1, new TimeSpan("1h"), null, null, null);
    }

    @Test
    void frameworks_take_turns_and_the_most_promising_technique_of_each_comes_first() {
        assertThat(names(Runs.onnx(), 8, Optional.of(Set.of("avx2"))))
                .containsExactly(
                        "openvino-int8-ptq",
                        "onnxruntime-int8-static",
                        "openvino-int8-ac",
                        "onnxruntime-graph",
                        "openvino-fp16",
                        "onnxruntime-int8-dynamic",
                        "openvino-fp32");
    }

    @Test
    void dynamic_quantization_comes_first_where_matrix_products_dominate() {
        assertThat(names(Runs.assessment("ONNX", "Transformer", false), 8, Optional.empty()))
                .containsSubsequence("onnxruntime-int8-dynamic", "onnxruntime-int8-static");
    }

    @Test
    void bfloat16_is_tried_early_where_the_cpu_has_it_never_where_it_has_not_and_last_where_nothing_is_known() {
        assertThat(names(Runs.onnx(), 64, Optional.of(Set.of("amx_bf16"))))
                .startsWith("openvino-int8-ptq", "onnxruntime-int8-static", "openvino-bf16");
        assertThat(names(Runs.onnx(), 64, Optional.of(Set.of("avx2")))).doesNotContain("openvino-bf16");
        assertThat(names(Runs.onnx(), 64, Optional.empty())).endsWith("openvino-bf16");
    }

    @Test
    void a_quantized_model_is_not_quantized_again() {
        assertThat(names(Runs.assessment("ONNX", "Convolutional", true), 8, Optional.empty()))
                .containsExactly("openvino-fp32", "onnxruntime-graph");
    }

    @Test
    void an_ir_in_float32_is_its_own_baseline() {
        assertThat(names(Runs.assessment("OpenVINO-IR", "Convolutional", false), 8, Optional.empty()))
                .doesNotContain("openvino-fp32");
    }

    @Test
    void accuracy_control_needs_labels() {
        assertThat(Candidates.of(BOTH, Runs.onnx(), Task.GENERIC, evaluation(null), search(8), Optional.empty()))
                .extracting(Candidate::technique)
                .doesNotContain("int8-ac");
        assertThat(Candidates.of(
                        BOTH, Runs.onnx(), Task.GENERIC, evaluation(Metric.ACCURACY), search(8), Optional.empty()))
                .extracting(Candidate::technique)
                .contains("int8-ac");
    }

    @Property
    void a_smaller_budget_is_the_beginning_of_a_larger_one(@ForAll @IntRange(min = 1, max = 64) int budget) {
        List<String> all = names(Runs.onnx(), 64, Optional.empty());
        assertThat(names(Runs.onnx(), budget, Optional.empty()))
                .isEqualTo(all.subList(0, Math.min(budget, all.size())));
        assertThat(all).doesNotHaveDuplicates().allMatch(n -> n.matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?"));
    }
}
