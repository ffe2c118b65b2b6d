package dev.edgeai.planner.technique;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus.FrameworkPlan;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.search.Stage;
import dev.edgeai.api.v1alpha1.source.Architecture;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.api.v1alpha1.source.AssessmentBuilder;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.Metric;
import dev.edgeai.api.v1alpha1.source.ModelFormat;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.planner.KubernetesNames;
import dev.edgeai.planner.run.Runs;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import static dev.edgeai.api.v1alpha1.search.Framework.LLAMA_CPP;
import static dev.edgeai.api.v1alpha1.search.Framework.MLX;
import static dev.edgeai.api.v1alpha1.search.Framework.OLIVE;
import static dev.edgeai.api.v1alpha1.search.Framework.ONNX_RUNTIME;
import static dev.edgeai.api.v1alpha1.search.Framework.OPENVINO;
import static org.assertj.core.api.Assertions.assertThat;

@NullUnmarked // null takes a default
class CandidatesTest {
    private static final Optional<Set<String>> AVX2 = Optional.of(Set.of("avx2"));

    private static TechniqueContext situation(Assessment model, Task task, Metric metric, Optional<Set<String>> cpu) {
        Evaluation evaluation = new Evaluation(new Evaluation.Dataset("oci://r/d:1", null), metric, null, null, null);
        return new TechniqueContext(model, task, evaluation, cpu, 1);
    }

    private static List<Candidate> candidates(TechniqueContext situation, Framework... frameworks) {
        List<FrameworkPlan> plan = Arrays.stream(frameworks)
                .map(f -> new FrameworkPlan(f, true, ""))
                .toList();
        return Stream.concat(
                        Candidates.defaults(plan, situation).stream(), Candidates.variations(plan, situation).stream())
                .toList();
    }

    private static List<String> names(Assessment model, Optional<Set<String>> cpu, Framework... frameworks) {
        return candidates(situation(model, Task.IMAGE_CLASSIFICATION, null, cpu), frameworks).stream()
                .map(Candidate::name)
                .toList();
    }

    @Test
    void frameworks_take_turns_and_the_most_promising_technique_of_each_comes_first() {
        assertThat(names(Runs.onnx(), AVX2, OPENVINO, ONNX_RUNTIME))
                .startsWith(
                        "openvino-int8-ptq",
                        "onnxruntime-int8-static",
                        "openvino-int8-ac",
                        "onnxruntime-graph",
                        "openvino-fp16",
                        "onnxruntime-int8-dynamic",
                        "openvino-fp32");
    }

    @Test
    void every_combination_of_parameters_follows_the_defaults() {
        List<Candidate> all = candidates(situation(Runs.onnx(), Task.IMAGE_CLASSIFICATION, null, AVX2), ONNX_RUNTIME);
        assertThat(all)
                .extracting(Candidate::name)
                .containsExactly(
                        "onnxruntime-int8-static",
                        "onnxruntime-graph",
                        "onnxruntime-int8-dynamic",
                        "onnxruntime-int8-static-entropy",
                        "onnxruntime-int8-static-percentile",
                        "onnxruntime-int8-static-perchannel-false",
                        "onnxruntime-int8-static-entropy-perchannel-false",
                        "onnxruntime-int8-static-percentile-perchannel-false",
                        "onnxruntime-graph-all",
                        "onnxruntime-int8-dynamic-perchannel-true");
        assertThat(all.get(6).parameters())
                .isEqualTo(Map.of("calibration", "entropy", "perChannel", "false", "calibrationSamples", "128"));
    }

    @Test
    void a_classifier_in_two_frameworks_has_a_space_worth_searching() {
        assertThat(names(Runs.onnx(), Optional.of(Set.of("avx512_bf16")), OPENVINO, ONNX_RUNTIME))
                .hasSizeBetween(20, 40)
                .doesNotHaveDuplicates();
    }

    @Test
    void dynamic_quantization_comes_first_where_matrix_products_dominate() {
        assertThat(names(Runs.assessment(ModelFormat.ONNX, Architecture.TRANSFORMER, false), AVX2, ONNX_RUNTIME))
                .startsWith("onnxruntime-int8-dynamic", "onnxruntime-int8-static");
    }

    @Test
    void smooth_quantization_is_for_transformers() {
        assertThat(names(Runs.assessment(ModelFormat.ONNX, Architecture.TRANSFORMER, false), AVX2, OPENVINO))
                .contains("openvino-int8-sq");
        assertThat(names(Runs.onnx(), AVX2, OPENVINO)).doesNotContain("openvino-int8-sq");
    }

    @Test
    void bfloat16_is_tried_early_where_the_cpu_has_it_never_where_it_has_not_and_last_where_nothing_is_known() {
        assertThat(names(Runs.onnx(), Optional.of(Set.of("amx_bf16")), OPENVINO))
                .startsWith("openvino-int8-ptq", "openvino-bf16");
        assertThat(names(Runs.onnx(), AVX2, OPENVINO)).doesNotContain("openvino-bf16");
        assertThat(names(Runs.onnx(), Optional.empty(), OPENVINO))
                .containsSubsequence("openvino-w8", "openvino-bf16", "openvino-int8-ptq-performance");
    }

    @Test
    void a_quantized_model_is_not_quantized_again() {
        assertThat(candidates(
                        situation(
                                Runs.assessment(ModelFormat.ONNX, Architecture.CONVOLUTIONAL, true),
                                Task.IMAGE_CLASSIFICATION,
                                null,
                                Optional.empty()),
                        OPENVINO,
                        ONNX_RUNTIME,
                        OLIVE))
                .isNotEmpty()
                .extracting(Candidate::stage)
                .containsOnly(Stage.CONVERSION);
    }

    @Test
    void a_framework_with_nothing_to_do_for_a_quantized_model_says_so() {
        TechniqueContext gguf = situation(
                Runs.assessment(ModelFormat.GGUF, Architecture.TRANSFORMER, true),
                Task.TEXT_GENERATION,
                null,
                Optional.empty());
        FrameworkPlan plan = Candidates.judge(new FrameworkPlan(LLAMA_CPP, true, "LlamaCpp: suits"), gguf);
        assertThat(plan.planned()).isFalse();
        assertThat(plan.reason()).startsWith("LlamaCpp: the source is quantized already");
    }

    @Test
    void a_random_forest_is_not_quantized_and_the_plan_says_so() {
        TechniqueContext forest = situation(
                AssessmentBuilder.builder(Runs.assessment(ModelFormat.ONNX, Architecture.OTHER, false))
                        .precision("none")
                        .operators(Map.of("TreeEnsembleClassifier", 1, "Cast", 1))
                        .build(),
                Task.TABULAR,
                null,
                AVX2);
        assertThat(candidates(forest, OPENVINO, ONNX_RUNTIME, OLIVE))
                .extracting(Candidate::name)
                .isNotEmpty()
                .allMatch(name -> name.contains("graph") || name.contains("session"));
        FrameworkPlan openVino = Candidates.judge(new FrameworkPlan(OPENVINO, true, "OpenVINO: suits"), forest);
        assertThat(openVino.planned()).isFalse();
        assertThat(openVino.reason())
                .isEqualTo("OpenVINO: NotApplicable: int8-ptq, fp32, w4, w8"
                        + " (OpenVINO has no operators of classical machine learning (ai.onnx.ml))");
        FrameworkPlan onnxRuntime =
                Candidates.judge(new FrameworkPlan(ONNX_RUNTIME, true, "OnnxRuntime: suits"), forest);
        assertThat(onnxRuntime.planned()).isTrue();
        assertThat(onnxRuntime.reason())
                .isEqualTo("OnnxRuntime: suits; NotApplicable: int8-dynamic, int8-static"
                        + " (the model has no matrix product, convolution or recurrent layer to be quantized)");
    }

    @Test
    void float16_is_not_quantized_dynamically_and_the_plan_says_so() {
        TechniqueContext half = situation(
                AssessmentBuilder.builder(Runs.assessment(ModelFormat.ONNX, Architecture.DENSE, false))
                        .precision("float16")
                        .build(),
                Task.TABULAR,
                null,
                AVX2);
        assertThat(candidates(half, ONNX_RUNTIME, OLIVE))
                .extracting(Candidate::technique)
                .contains("int8-static")
                .doesNotContain("int8-dynamic");
        assertThat(Candidates.judge(new FrameworkPlan(OLIVE, true, "Olive: suits"), half)
                        .reason())
                .startsWith("Olive: suits; NotApplicable: int8-dynamic (");
        assertThat(Candidates.judge(
                                new FrameworkPlan(OLIVE, true, "Olive: suits"),
                                situation(Runs.onnx(), Task.TABULAR, null, AVX2))
                        .reason())
                .isEqualTo("Olive: suits");
    }

    @Test
    void an_ir_in_float32_is_its_own_baseline() {
        assertThat(names(Runs.assessment(ModelFormat.OPENVINO_IR, Architecture.CONVOLUTIONAL, false), AVX2, OPENVINO))
                .contains("openvino-int8-ptq")
                .doesNotContain("openvino-fp32");
    }

    @Test
    void accuracy_control_needs_labels() {
        assertThat(candidates(situation(Runs.onnx(), Task.GENERIC, null, AVX2), OPENVINO))
                .extracting(Candidate::technique)
                .doesNotContain("int8-ac");
        assertThat(candidates(situation(Runs.onnx(), Task.GENERIC, Metric.ACCURACY, AVX2), OPENVINO))
                .extracting(Candidate::technique)
                .contains("int8-ac");
    }

    @Test
    void a_checkpoint_goes_to_the_frameworks_of_language_models() {
        TechniqueContext checkpoint = situation(
                Runs.assessment(ModelFormat.SAFETENSORS, Architecture.TRANSFORMER, false),
                Task.TEXT_GENERATION,
                null,
                Optional.empty());
        assertThat(candidates(checkpoint, LLAMA_CPP, MLX, OPENVINO, OLIVE))
                .extracting(Candidate::name)
                .startsWith("llamacpp-q4-k-m", "mlx-int4", "llamacpp-q8-0", "mlx-int8")
                .contains("llamacpp-iq4-xs-imatrix-true", "mlx-int4-groupsize-32")
                .noneMatch(n -> n.startsWith("openvino") || n.startsWith("olive") || n.equals("llamacpp-f16"));
    }

    @Test
    void every_name_is_a_label_with_room_for_what_is_put_behind_it() {
        for (Architecture architecture :
                List.of(Architecture.CONVOLUTIONAL, Architecture.TRANSFORMER, Architecture.DENSE)) {
            for (ModelFormat format :
                    List.of(ModelFormat.ONNX, ModelFormat.OPENVINO_IR, ModelFormat.SAFETENSORS, ModelFormat.GGUF)) {
                assertThat(names(Runs.assessment(format, architecture, false), Optional.empty(), Framework.values()))
                        .doesNotHaveDuplicates()
                        .allMatch(
                                n -> n.matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?") && n.length() <= KubernetesNames.TRIAL);
            }
        }
    }
}
