package dev.edgeai.runtime.engine.openvino;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;
import dev.edgeai.runtime.testing.EngineLibraries;
import dev.edgeai.runtime.testing.IrModels;
import dev.edgeai.runtime.testing.OnnxModels;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Names of OpenVINO's inputs and outputs, and whose words it fails with. */
class OpenVinoPortsTest {
    @TempDir
    Path folder;

    @BeforeEach
    void installed() {
        EngineLibraries.openVino();
    }

    /** OpenVINO takes every Identity away, and what is before and behind it becomes one value of two names. */
    @Test
    void valuesThatBecomeOneKeepTheirNamesInTheModel() throws Exception {
        ModelProto model = OnnxModels.model(GraphProto.newBuilder()
                .setName("names")
                .addInput(OnnxModels.value("x", 2))
                .addOutput(OnnxModels.value("same", 2))
                .addOutput(OnnxModels.value("z", 2))
                .addOutput(OnnxModels.value("a", 2))
                .addNode(OnnxModels.node("Identity", List.of("x"), "same"))
                .addNode(OnnxModels.node("Neg", List.of("x"), "a"))
                .addNode(OnnxModels.node("Identity", List.of("a"), "z"))
                .build());
        OnnxModels.write(folder, model);

        try (LoadedModel loaded = load("model.onnx")) {
            assertThat(names(loaded.inputs())).containsExactly("x");
            assertThat(names(loaded.outputs())).containsExactly("same", "z", "a");
            Map<String, Tensor> answer = loaded.infer(Map.of("x", Tensor.ofFloats(new float[] {1, 2}, 2)));
            assertThat(requireNonNull(answer.get("same")).element(1)).isEqualTo(2f);
            assertThat(requireNonNull(answer.get("z")).element(1)).isEqualTo(-2f);
            assertThat(requireNonNull(answer.get("a")).element(1)).isEqualTo(-2f);
        }
    }

    @Test
    void aPortOfSeveralNamesIsFoundByEach() throws Exception {
        Files.writeString(folder.resolve("model.xml"), IrModels.TWO_RESULTS);

        try (LoadedModel loaded = load("model.xml")) {
            Tensor x = Tensor.ofFloats(new float[] {-3}, 1);
            assertThat(names(loaded.inputs())).containsExactly("x");
            assertThat(names(loaded.outputs())).containsExactly("positive", "b");
            assertThat(requireNonNull(loaded.infer(Map.of("x", x)).get("b")).element(0))
                    .isEqualTo(3f);
            assertThat(requireNonNull(loaded.infer(Map.of("x:0", x)).get("positive"))
                            .element(0))
                    .isEqualTo(0f);
            assertThat(loaded.outputs().getLast().isNamed("magnitude")).isTrue();
        }
    }

    @Test
    void anErrorIsToldInItsOwnWordsAndNotInThoseOfTheOneBefore() throws Exception {
        Files.writeString(folder.resolve("model.xml"), "<net/>");
        OpenVinoNative openVino = OpenVinoNative.load();
        MemorySegment core = openVino.createCore();
        assertThatThrownBy(() -> openVino.readModel(core, folder.resolve("model.xml")))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("model.xml");

        assertThatThrownBy(() -> openVino.call(
                        OpenVinoNative.PP, "ov_port_get_element_type", MemorySegment.NULL, MemorySegment.NULL))
                .isInstanceOf(EngineException.class)
                .hasMessage("OpenVINO: invalid c input parameters");
    }

    private LoadedModel load(String file) {
        return new OpenVinoEngine()
                .load(folder, new VariantDescriptor("OpenVINO", file, Map.of(), null, null, Map.of(), null), 1);
    }

    private static List<String> names(List<TensorInfo> ports) {
        return ports.stream().map(TensorInfo::name).toList();
    }
}
