package dev.edgeai.runtime.assess;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.edgeai.api.v1alpha1.source.Architecture;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.api.v1alpha1.source.ModelFormat;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.TensorInfo;
import dev.edgeai.runtime.engine.installed.Engines;
import dev.edgeai.runtime.testing.EngineLibraries;
import dev.edgeai.runtime.testing.IrModels;
import dev.edgeai.runtime.testing.OnnxModels;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AssessorTest {
    @TempDir
    Path folder;

    @Test
    void readsAnOnnxPerceptron() throws Exception {
        OnnxModels.write(folder, OnnxModels.perceptron(1, 8, 16, 4));
        Assessment assessment = Assessor.assess(folder);
        assertThat(assessment.format()).isEqualTo(ModelFormat.ONNX);
        assertThat(assessment.architecture()).isEqualTo(Architecture.DENSE);
        assertThat(assessment.parameters()).isEqualTo(8 * 16 + 16 * 4);
        assertThat(assessment.precision()).isEqualTo("float32");
        assertThat(assessment.inputs()).containsExactly("x: float32[N,8]");
        assertThat(assessment.outputs()).containsExactly("y: float32[N,4]");
        assertThat(assessment.operators()).containsEntry("MatMul", 2).containsEntry("Relu", 1);
        assertThat(assessment.alreadyQuantized()).isFalse();
        assertThat(assessment.sizeBytes()).isEqualTo(Files.size(folder.resolve("model.onnx")));
    }

    @Test
    void seesThatAModelIsQuantizedAndCountsBodiesOfBranches() throws Exception {
        GraphProto body = GraphProto.newBuilder()
                .addInitializer(OnnxModels.weights("in-body", new float[6], 2, 3))
                .addNode(OnnxModels.node("DynamicQuantizeLinear", List.of("x"), "q"))
                .build();
        GraphProto graph = GraphProto.newBuilder()
                .addInput(OnnxModels.value("x", -1, 2))
                .addOutput(OnnxModels.value("y", -1, 2))
                .addNode(OnnxModels.node(
                        "If",
                        List.of("x"),
                        "y",
                        AttributeProto.newBuilder()
                                .setName("then_branch")
                                .setG(body)
                                .build()))
                .build();
        OnnxModels.write(folder, OnnxModels.model(graph));
        Assessment assessment = Assessor.assess(folder);
        assertThat(assessment.alreadyQuantized()).isTrue();
        assertThat(assessment.parameters()).isEqualTo(6);
        assertThat(assessment.message()).contains("quantized already");
    }

    @Test
    void readsTheTypicalSignsOfArchitectures() {
        assertThat(Operators.architecture(Map.of("Conv", 20, "Relu", 20, "Gemm", 1)))
                .isEqualTo(Architecture.CONVOLUTIONAL);
        assertThat(Operators.architecture(Map.of("Conv", 1, "MatMul", 48, "Softmax", 12, "LayerNormalization", 25)))
                .isEqualTo(Architecture.TRANSFORMER);
        assertThat(Operators.architecture(Map.of("LSTM", 2, "MatMul", 1))).isEqualTo(Architecture.RECURRENT);
        assertThat(Operators.architecture(Map.of("TreeEnsembleClassifier", 1))).isEqualTo(Architecture.OTHER);
    }

    @Test
    void refusesExternalDataOutsideTheFolder() throws Exception {
        Files.write(folder.resolve("secret"), new byte[100]);
        Path model = Files.createDirectory(folder.resolve("model"));
        for (String location : List.of("../secret", folder.resolve("secret").toString(), "a/../../secret")) {
            OnnxModels.write(model, external(location, 4));
            assertThatThrownBy(() -> Assessor.assess(model))
                    .as(location)
                    .isInstanceOf(UnreadableModelException.class)
                    .hasMessageContaining("outside the model's folder");
        }
        Files.createSymbolicLink(model.resolve("link"), folder.resolve("secret"));
        OnnxModels.write(model, external("link", 4));
        assertThatThrownBy(() -> Assessor.assess(model)).isInstanceOf(UnreadableModelException.class);
    }

    @Test
    void noticesExternalDataThatIsCutOff() throws Exception {
        Files.write(folder.resolve("weights.bin"), new byte[100]);
        OnnxModels.write(folder, external("weights.bin", 100));
        assertThat(Assessor.assess(folder).parameters()).isEqualTo(25);
        OnnxModels.write(folder, external("weights.bin", 101));
        assertThatThrownBy(() -> Assessor.assess(folder)).hasMessageContaining("cut off");
    }

    @Test
    void noticesAModelThatIsCutOff() throws Exception {
        byte[] whole = OnnxModels.perceptron(1, 8, 8, 4).toByteArray();
        Files.write(folder.resolve("model.onnx"), Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> Assessor.assess(folder))
                .hasMessageContaining("model.onnx is no ONNX file or is cut off: ")
                .hasMessageMatching(".*the input ended unexpectedly in the middle of a field");
    }

    @Test
    void saysWhatIsWrongWithFilesThatAreNoModel() throws Exception {
        assertThatThrownBy(() -> Assessor.assess(folder)).hasMessageContaining("one .onnx");
        Files.writeString(folder.resolve("model.onnx"), "<html>not found</html>");
        assertThatThrownBy(() -> Assessor.assess(folder)).hasMessageContaining("model.onnx");
        Files.delete(folder.resolve("model.onnx"));
        Files.writeString(folder.resolve("model.xml"), "<html>not found</html>");
        assertThatThrownBy(() -> Assessor.assess(folder)).hasMessageContaining("no OpenVINO IR");
    }

    @Property(tries = 300)
    void aCutOffFileIsRefusedOrReadButNeverCrashes(@ForAll @IntRange(min = 0, max = 1200) int length)
            throws IOException {
        byte[] whole = OnnxModels.perceptron(1, 8, 16, 4).toByteArray();
        Path cut = Files.createTempDirectory("cut");
        Files.write(cut.resolve("model.onnx"), Arrays.copyOf(whole, Math.min(length, whole.length - 1)));
        try {
            assertThat(Assessor.assess(cut).format()).isEqualTo(ModelFormat.ONNX);
        } catch (UnreadableModelException e) {
            assertThat(e.getMessage()).isNotBlank();
        } finally {
            Files.delete(cut.resolve("model.onnx"));
            Files.delete(cut);
        }
    }

    @Test
    void readsAnOpenVinoIr() throws Exception {
        writeIr(24);
        Assessment assessment = Assessor.assess(folder);
        assertThat(assessment.format()).isEqualTo(ModelFormat.OPENVINO_IR);
        assertThat(assessment.architecture()).isEqualTo(Architecture.DENSE);
        assertThat(assessment.parameters()).isEqualTo(6);
        assertThat(assessment.inputs()).containsExactly("x: float32[?,3]");
        assertThat(assessment.outputs()).containsExactly("y: float32[?,2]");
        assertThat(assessment.operators()).containsExactly(Map.entry("MatMul", 1));
    }

    @Test
    void namesAndOrderOfAnIrAreOpenVinos() throws Exception {
        EngineLibraries.openVino();
        for (String ir : List.of(IrModels.TWO_RESULTS, IrModels.NOTHING_BETWEEN)) {
            Files.writeString(folder.resolve("model.xml"), ir);
            Assessment assessment = Assessor.assess(folder);
            try (LoadedModel model = Engines.load(folder, Engines.forSource(folder), 1)) {
                assertThat(names(assessment.inputs()))
                        .isEqualTo(model.inputs().stream().map(TensorInfo::name).toList());
                assertThat(names(assessment.outputs()))
                        .isEqualTo(
                                model.outputs().stream().map(TensorInfo::name).toList());
            }
        }
        assertThat(Assessor.assess(folder).outputs()).containsExactly("y: float32[2]");
    }

    private static List<String> names(List<String> ports) {
        return ports.stream().map(port -> port.substring(0, port.indexOf(": "))).toList();
    }

    @Test
    void typesThatAreNoTensorsHaveTheirNames() throws Exception {
        TypeProto floats = TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE))
                .build();
        TypeProto map = TypeProto.newBuilder()
                .setMapType(TypeProto.Map.newBuilder()
                        .setKeyType(TensorProto.DataType.INT64_VALUE)
                        .setValueType(floats))
                .build();
        GraphProto graph = GraphProto.newBuilder()
                .addInput(OnnxModels.value("x", TensorProto.DataType.FLOAT8E5M2, 2))
                .addOutput(ValueInfoProto.newBuilder()
                        .setName("scores")
                        .setType(TypeProto.newBuilder()
                                .setSequenceType(TypeProto.Sequence.newBuilder().setElemType(map))))
                .addOutput(ValueInfoProto.newBuilder()
                        .setName("maybe")
                        .setType(TypeProto.newBuilder()
                                .setOptionalType(TypeProto.Optional.newBuilder().setElemType(floats))))
                .addNode(OnnxModels.node("ZipMap", List.of("x"), "scores"))
                .build();
        OnnxModels.write(folder, OnnxModels.model(graph));
        Assessment assessment = Assessor.assess(folder);
        assertThat(assessment.inputs()).containsExactly("x: float8e5m2[2]");
        assertThat(assessment.outputs())
                .containsExactly("scores: sequence(map(int64, float32))[]", "maybe: optional(float32)[]");
    }

    @Test
    void noticesMissingWeightsOfAnIr() throws Exception {
        writeIr(23);
        assertThatThrownBy(() -> Assessor.assess(folder)).hasMessageContaining("missing or cut off");
    }

    @Test
    void neverReadsEntitiesOfXml() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret.txt"), "hunter2");
        Files.writeString(
                folder.resolve("model.xml"),
                "<!DOCTYPE net [<!ENTITY e SYSTEM \"" + secret.toUri() + "\">]><net><layers><layer id=\"0\" name=\"x\""
                        + " type=\"Relu\"><output><port id=\"0\"><dim>&e;</dim></port></output></layer></layers></net>");
        assertThatThrownBy(() -> Assessor.assess(folder))
                .isInstanceOf(UnreadableModelException.class)
                .message()
                .doesNotContain("hunter2");
    }

    @Test
    void evenAWildModelFitsATerminationMessage() throws Exception {
        GraphProto.Builder graph = GraphProto.newBuilder();
        for (int i = 0; i < 200; i++) {
            String name = i + "-".repeat(500);
            graph.addInput(OnnxModels.value("in" + name, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
            graph.addOutput(OnnxModels.value("out" + name, -1, -1, -1, -1, -1, -1, -1, -1));
            graph.addNode(OnnxModels.node("Operator" + name, List.of("in" + name), "out" + name));
        }
        OnnxModels.write(folder, OnnxModels.model(graph.build()));
        assertThat(Json.write(Assessor.assess(folder)).getBytes(StandardCharsets.UTF_8))
                .hasSizeLessThan(4096);
    }

    private static ModelProto external(String location, long length) {
        TensorProto weights = TensorProto.newBuilder()
                .setName("w")
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addDims(25)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(
                        StringStringEntryProto.newBuilder().setKey("location").setValue(location))
                .addExternalData(
                        StringStringEntryProto.newBuilder().setKey("length").setValue("" + length))
                .build();
        ModelProto linear = OnnxModels.linear(new float[][] {{1}, {2}});
        return linear.toBuilder()
                .setGraph(linear.getGraph().toBuilder().setInitializer(0, weights))
                .build();
    }

    private void writeIr(int weightBytes) throws IOException {
        Files.write(folder.resolve("model.bin"), new byte[weightBytes]);
        Files.writeString(folder.resolve("model.xml"), """
                <?xml version="1.0"?>
                <net name="linear" version="11"><layers>
                <layer id="0" name="x" type="Parameter" version="opset1"><data shape="?,3" element_type="f32"/>
                <output><port id="0" precision="FP32" names="x"><dim>-1</dim><dim>3</dim></port></output></layer>
                <layer id="1" name="w" type="Const" version="opset1">
                <data element_type="f32" shape="3, 2" offset="0" size="24"/>
                <output><port id="0" precision="FP32"><dim>3</dim><dim>2</dim></port></output></layer>
                <layer id="2" name="product" type="MatMul" version="opset1">
                <input><port id="0" precision="FP32"><dim>-1</dim><dim>3</dim></port></input>
                <output><port id="2" precision="FP32" names="y,also"><dim>-1</dim><dim>2</dim></port></output></layer>
                <layer id="3" name="end" type="Result" version="opset1">
                <input><port id="0" precision="FP32"><dim>-1</dim><dim>2</dim></port></input></layer>
                </layers><edges><edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
                <edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
                <edge from-layer="2" from-port="2" to-layer="3" to-port="0"/></edges></net>
                """);
    }
}
