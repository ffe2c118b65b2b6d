package dev.edgeai.planner.technique;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.FrameworkPlan;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Architecture;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.api.v1alpha1.source.ModelFormat;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.planner.run.Runs;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static dev.edgeai.api.v1alpha1.search.Framework.LLAMA_CPP;
import static dev.edgeai.api.v1alpha1.search.Framework.MLX;
import static dev.edgeai.api.v1alpha1.search.Framework.OLIVE;
import static dev.edgeai.api.v1alpha1.search.Framework.ONNX_RUNTIME;
import static dev.edgeai.api.v1alpha1.search.Framework.OPENVINO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

@NullUnmarked // null takes a default
class FrameworkSelectionTest {
    private static final Set<Framework> ALL = EnumSet.allOf(Framework.class);
    private static final Set<Framework> RELEASED = Set.of(OPENVINO, ONNX_RUNTIME);

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "intel-cpu, OPENVINO OLIVE",
        "intel-gpu, OPENVINO OLIVE",
        "nvidia-gpu, OLIVE OPENVINO",
        "apple-silicon, MLX LLAMA_CPP",
        "arm-mobile, LLAMA_CPP OPENVINO",
        "arm-embedded, LLAMA_CPP OPENVINO",
        "edge-tpu, OPENVINO OLIVE",
        "cross-platform, OLIVE LLAMA_CPP",
    })
    void considers_the_frameworks_of_the_platform_in_their_order(String platform, String expected) {
        List<FrameworkPlan> plan =
                FrameworkSelection.select(Runs.profile("x", platform), Task.TABULAR, Runs.onnx(), List.of(), ALL);

        assertThat(plan)
                .extracting(FrameworkPlan::framework)
                .containsExactlyElementsOf(Arrays.stream(expected.split(" "))
                        .map(Framework::valueOf)
                        .toList());
    }

    @Test
    void plans_onnx_runtime_where_olive_has_no_image_and_says_so() {
        List<FrameworkPlan> plan = FrameworkSelection.select(
                Runs.profile("x", "intel-cpu"), Task.IMAGE_CLASSIFICATION, Runs.onnx(), List.of(), RELEASED);

        assertThat(plan)
                .extracting(FrameworkPlan::framework, FrameworkPlan::planned)
                .containsExactly(tuple(OPENVINO, true), tuple(OLIVE, false), tuple(ONNX_RUNTIME, true));
        assertThat(plan.get(1).reason())
                .isEqualTo(
                        "Olive: has no optimizer here; give it one (in a cluster images.optimizers.Olive, else EDGEAI_OPTIMIZER_OLIVE)");
        assertThat(plan.get(2).reason()).contains("stands in for Olive");
    }

    @Test
    void an_unknown_platform_falls_back_to_cpu_and_says_so() {
        List<FrameworkPlan> plan =
                FrameworkSelection.select(Runs.profile("x", "quantum"), Task.TABULAR, Runs.onnx(), List.of(), RELEASED);

        assertThat(plan.getFirst().framework()).isEqualTo(OPENVINO);
        assertThat(plan.getFirst().reason()).contains("CPU fallback").contains("'quantum'");
    }

    @Test
    void the_kind_of_model_comes_before_the_platform() {
        Assessment large = new Assessment(
                ModelFormat.SAFETENSORS,
                Architecture.TRANSFORMER,
                1L,
                8_000_000_000L,
                "float16",
                List.of(),
                List.of(),
                Map.of(),
                false,
                false,
                false,
                null);
        assertThat(FrameworkSelection.select(
                        Runs.profile("x", "intel-cpu"), Task.TEXT_GENERATION, large, List.of(), ALL))
                .extracting(FrameworkPlan::framework)
                .startsWith(OLIVE);
        Assessment gguf = Runs.assessment(ModelFormat.GGUF, Architecture.TRANSFORMER, true);
        assertThat(FrameworkSelection.select(
                        Runs.profile("x", "intel-cpu"), Task.TEXT_GENERATION, gguf, List.of(), ALL))
                .extracting(FrameworkPlan::framework)
                .startsWith(LLAMA_CPP);
    }

    /** What MLX makes could not be served there. */
    @Test
    void mlx_is_planned_for_apple_devices_only_even_when_asked_for() {
        Assessment checkpoint = Runs.assessment(ModelFormat.SAFETENSORS, Architecture.TRANSFORMER, false);
        List<FrameworkPlan> plan = FrameworkSelection.select(
                Runs.profile("x", "intel-cpu"), Task.TEXT_GENERATION, checkpoint, List.of(LLAMA_CPP, MLX), ALL);

        assertThat(plan)
                .extracting(FrameworkPlan::framework, FrameworkPlan::planned)
                .containsExactly(tuple(LLAMA_CPP, true), tuple(MLX, false));
        assertThat(plan.getLast().reason()).isEqualTo("MLX: its variants run on apple-silicon only, not on intel-cpu");
    }

    @Test
    void the_users_list_beats_the_profile_and_the_profile_beats_the_table() {
        AcceleratorProfile profile =
                new AcceleratorProfile("x", "intel-cpu", null, null, null, List.of(ONNX_RUNTIME), 1, null, null, null);
        assertThat(FrameworkSelection.select(profile, Task.TABULAR, Runs.onnx(), List.of(), RELEASED))
                .extracting(FrameworkPlan::framework)
                .containsExactly(ONNX_RUNTIME);
        assertThat(FrameworkSelection.select(profile, Task.TABULAR, Runs.onnx(), List.of(MLX, OPENVINO), RELEASED))
                .extracting(FrameworkPlan::framework)
                .containsExactly(MLX, OPENVINO);
    }

    @Test
    void a_format_that_a_framework_does_not_read_is_not_planned() {
        assertThat(FrameworkSelection.select(
                        Runs.profile("x", "intel-cpu"),
                        Task.TABULAR,
                        Runs.assessment(ModelFormat.GGUF, Architecture.TRANSFORMER, false),
                        List.of(),
                        RELEASED))
                .noneMatch(FrameworkPlan::planned)
                .anySatisfy(p ->
                        assertThat(p.reason()).isEqualTo("OpenVINO: does not read GGUF; it reads ONNX or OpenVINO-IR"));
    }
}
