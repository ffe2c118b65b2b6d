package dev.edgeai.runtime.engine.installed;

import ai.onnx.proto.OnnxMl.GraphProto;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.InvalidInputException;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;
import dev.edgeai.runtime.engine.openvino.OpenVinoEngine;
import dev.edgeai.runtime.testing.EngineLibraries;
import dev.edgeai.runtime.testing.OnnxModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Both engines on real ONNX files. */
class EngineTest {
    private static final float[][] WEIGHTS = {{1, 10}, {2, 20}, {3, 30}};

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"OnnxRuntime", "OpenVINO"})
    void describesInputsAndOutputsWithOpenDimensions(String engine) throws Exception {
        try (LoadedModel model = load(engine)) {
            assertThat(model.inputs()).containsExactly(new TensorInfo("x", DataType.FP32, List.of(-1L, 3L)));
            assertThat(model.outputs()).containsExactly(new TensorInfo("y", DataType.FP32, List.of(-1L, 2L)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OnnxRuntime", "OpenVINO"})
    void infersBatchesOfDifferentSizes(String engine) throws Exception {
        try (LoadedModel model = load(engine)) {
            assertThat(floats(model.infer(Map.of("x", Tensor.ofFloats(new float[] {1, 1, 1}, 1, 3)))))
                    .containsExactly(6, 60);
            Tensor two = Tensor.ofFloats(new float[] {1, 0, 0, 0, 0, 2}, 2, 3);
            Map<String, Tensor> answer = model.infer(Map.of("x", two));
            assertThat(floats(answer)).containsExactly(1, 10, 6, 60);
            assertThat(output(answer).shape()).containsExactly(2, 2);
            assertThat(floats(model.infer(Map.of("x", Tensor.ofFloats(new float[] {0, 1, 0}, 1, 3)))))
                    .containsExactly(2, 20);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OnnxRuntime", "OpenVINO"})
    void refusesInputsThatDoNotFit(String engine) throws Exception {
        try (LoadedModel model = load(engine)) {
            assertThatThrownBy(() -> model.infer(Map.of()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("'x' is missing");
            assertThatThrownBy(() -> model.infer(Map.of("x", Tensor.ofFloats(new float[4], 1, 4))))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("[-1, 3]")
                    .hasMessageContaining("[1, 4]");
            assertThatThrownBy(() -> model.infer(Map.of("x", Tensor.allocate(DataType.INT64, 1, 3))))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("must be FP32");
            Tensor fits = Tensor.ofFloats(new float[3], 1, 3);
            assertThatThrownBy(() -> model.infer(Map.of("x", fits, "z", fits)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("[z]");
            Tensor lies = new Tensor(DataType.FP32, new long[] {1_000_000, 3}, fits.data());
            assertThatThrownBy(() -> model.infer(Map.of("x", lies))).isInstanceOf(InvalidInputException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OnnxRuntime", "OpenVINO"})
    void answersManyThreadsAtOnceEachWithItsOwn(String engine) throws Exception {
        try (LoadedModel model = load(engine);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<float[]>> answers = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                float value = i;
                answers.add(threads.submit(() ->
                        floats(model.infer(Map.of("x", Tensor.ofFloats(new float[] {value, 0, 0}, 1, 3))))));
            }
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).containsExactly(i, 10 * i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OnnxRuntime", "OpenVINO"})
    void saysWhyACorruptModelCannotBeLoaded(String engine) throws Exception {
        requireInstalled(engine);
        Files.writeString(folder.resolve("model.onnx"), "this is no model");
        assertThatThrownBy(() -> Engines.load(folder, descriptor(engine, "model.onnx", Map.of()), 1))
                .isInstanceOf(EngineException.class)
                .message()
                .hasSizeGreaterThan(30);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OnnxRuntime", "OpenVINO"})
    void refusesAModelOutsideItsFolder(String engine) throws Exception {
        Path outside = OnnxModels.write(folder.resolve("outside"), OnnxModels.linear(WEIGHTS));
        Path inside = Files.createDirectory(folder.resolve("inside"));
        Files.createSymbolicLink(inside.resolve("link.onnx"), outside.resolve("model.onnx"));
        for (String name : List.of("../outside/model.onnx", "link.onnx", outside + "/model.onnx")) {
            assertThatThrownBy(() -> Engines.load(inside, descriptor(engine, name, Map.of()), 1))
                    .as(name)
                    .isInstanceOf(EngineException.class);
        }
    }

    @Test
    void passesOptionsToOpenVinoAndItsRefusalBack() throws Exception {
        requireInstalled("OpenVINO");
        OnnxModels.write(folder, OnnxModels.linear(WEIGHTS));
        VariantDescriptor unknown = descriptor("OpenVINO", "model.onnx", Map.of("NO_SUCH_PROPERTY", "1"));
        assertThatThrownBy(() -> Engines.load(folder, unknown, 1))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("NO_SUCH_PROPERTY");
        VariantDescriptor f32 = descriptor("OpenVINO", "model.onnx", Map.of("INFERENCE_PRECISION_HINT", "f32"));
        try (LoadedModel model = Engines.load(folder, f32, 1)) {
            assertThat(floats(model.infer(Map.of("x", Tensor.ofFloats(new float[] {0.1f, 0, 0}, 1, 3)))))
                    .as("f32 keeps 24 bits of mantissa; bf16 would not")
                    .containsExactly(0.1f, 1f);
        }
    }

    @Test
    void runsOnnxModelsWithTunedSessionOptionsAndTheSameAnswers() throws Exception {
        OnnxModels.write(folder, OnnxModels.linear(WEIGHTS));
        Map<String, String> tuned = Map.of(
                "intra_op_num_threads", "64",
                "inter_op_num_threads", "2",
                "execution_mode", "ORT_PARALLEL",
                "graph_optimization_level", "ORT_ENABLE_BASIC",
                "session.intra_op.allow_spinning", "0");
        try (LoadedModel model = Engines.load(folder, descriptor("OnnxRuntime", "model.onnx", tuned), 2)) {
            assertThat(floats(model.infer(Map.of("x", Tensor.ofFloats(new float[] {1, 1, 1}, 1, 3)))))
                    .containsExactly(6, 60);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "execution_mode, fast, 'one of ORT_PARALLEL, ORT_SEQUENTIAL'",
        "graph_optimization_level, 99, 'one of ORT_DISABLE_ALL,'",
        "intra_op_num_threads, 0, 'a number of threads'",
        "inter_op_num_threads, many, 'a number of threads'"
    })
    void refusesSessionOptionsThatOnnxRuntimeHasNot(String name, String value, String words) throws Exception {
        OnnxModels.write(folder, OnnxModels.linear(WEIGHTS));
        VariantDescriptor descriptor = descriptor("OnnxRuntime", "model.onnx", Map.of(name, value));
        assertThatThrownBy(() -> Engines.load(folder, descriptor, 1))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(words);
    }

    /** OpenVINO itself would answer with the sum before; ONNX Runtime fails as if the model were at fault. */
    @ParameterizedTest
    @CsvSource({
        "OpenVINO, 'a [3, 2], b [4, 2]'",
        "OnnxRuntime, 'dimension ''N'' is 3 in ''a'' and 4 in ''b'''",
    })
    void refusesShapesThatContradictEachOther(String engine, String words) throws Exception {
        requireInstalled(engine);
        GraphProto sum = GraphProto.newBuilder()
                .setName("sum")
                .addInput(OnnxModels.value("a", -1, 2))
                .addInput(OnnxModels.value("b", -1, 2))
                .addOutput(OnnxModels.value("y", -1, 2))
                .addNode(OnnxModels.node("Add", List.of("a", "b"), "y"))
                .build();
        OnnxModels.write(folder, OnnxModels.model(sum));
        try (LoadedModel model = Engines.load(folder, descriptor(engine, "model.onnx", Map.of()), 1)) {
            Map<String, Tensor> right = Map.of("a", ones(3), "b", ones(3));
            assertThat(floats(model.infer(right))).hasSize(6).containsOnly(2);
            assertThatThrownBy(() -> model.infer(Map.of("a", ones(3), "b", ones(4))))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(words);
            assertThat(floats(model.infer(right))).hasSize(6).containsOnly(2);
            assertThat(floats(model.infer(Map.of("a", ones(4), "b", ones(4))))).hasSize(8);
        }
    }

    private static Tensor ones(int rows) {
        float[] values = new float[rows * 2];
        Arrays.fill(values, 1);
        return Tensor.ofFloats(values, rows, 2);
    }

    @Test
    void aClosedOpenVinoModelRefusesInsteadOfCrashing() throws Exception {
        LoadedModel model = load("OpenVINO");
        model.close();
        model.close();
        assertThatThrownBy(() -> model.infer(Map.of("x", Tensor.ofFloats(new float[3], 1, 3))))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void takesAnOnnxSourceAsItIsInOnnxRuntime() throws Exception {
        OnnxModels.write(folder, OnnxModels.linear(WEIGHTS));
        assertThat(Engines.forSource(folder))
                .isEqualTo(new VariantDescriptor("OnnxRuntime", "model.onnx", Map.of(), null, null, Map.of(), null));
        Files.writeString(folder.resolve("other.xml"), "<net/>");
        assertThatThrownBy(() -> Engines.forSource(folder))
                .hasMessageContaining("model.onnx")
                .hasMessageContaining("other.xml");
    }

    @Test
    void namesTheEnginesItHasWhenAskedForAnother() {
        assertThatThrownBy(() -> Engines.find("TensorRT"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("OnnxRuntime")
                .hasMessageContaining("OpenVINO");
    }

    private LoadedModel load(String engine) throws Exception {
        requireInstalled(engine);
        OnnxModels.write(folder, OnnxModels.linear(WEIGHTS));
        // without the pin OpenVINO computes in bf16 on CPUs that have it, and 257 becomes 256
        Map<String, String> options =
                engine.equals("OpenVINO") ? Map.of(OpenVinoEngine.PRECISION_HINT, "f32") : Map.of();
        return Engines.load(folder, descriptor(engine, "model.onnx", options), 1);
    }

    private static VariantDescriptor descriptor(String engine, String model, Map<String, String> options) {
        return new VariantDescriptor(engine, model, options, null, null, Map.of(), null);
    }

    private static void requireInstalled(String engine) {
        if (engine.equals("OpenVINO")) {
            EngineLibraries.openVino();
        }
    }

    private static Tensor output(Map<String, Tensor> answer) {
        return requireNonNull(answer.get("y"));
    }

    private static float[] floats(Map<String, Tensor> answer) {
        Tensor y = output(answer);
        float[] values = new float[(int) y.elements()];
        y.data().asFloatBuffer().get(values);
        return values;
    }
}
