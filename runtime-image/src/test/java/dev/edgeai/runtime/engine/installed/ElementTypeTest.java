package dev.edgeai.runtime.engine.installed;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.testing.EngineLibraries;
import dev.edgeai.runtime.testing.OnnxModels;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Every element type of ONNX in both engines: it keeps its name and its values, or is refused by its name. */
class ElementTypeTest {
    private static final List<String> ENGINES = List.of("OnnxRuntime", "OpenVINO");

    @TempDir
    Path folder;

    /** The least, the largest and one in the middle of each. */
    static Stream<Arguments> types() {
        return ENGINES.stream()
                .flatMap(engine -> Stream.of(
                        Arguments.of(engine, DataType.BOOL, "BOOL", List.of("00", "01", "01")),
                        Arguments.of(engine, DataType.UINT8, "UINT8", List.of("00", "9c", "ff")),
                        Arguments.of(engine, DataType.UINT16, "UINT16", List.of("0000", "9c40", "ffff")),
                        Arguments.of(engine, DataType.UINT32, "UINT32", List.of("00000000", "ee6b2800", "ffffffff")),
                        Arguments.of(
                                engine,
                                DataType.UINT64,
                                "UINT64",
                                longs(engine, "8000000000000001", "ffffffffffffffff")),
                        Arguments.of(engine, DataType.INT8, "INT8", List.of("80", "ff", "7f")),
                        Arguments.of(engine, DataType.INT16, "INT16", List.of("8000", "ffff", "7fff")),
                        Arguments.of(engine, DataType.INT32, "INT32", List.of("80000000", "ffffffff", "7fffffff")),
                        Arguments.of(
                                engine, DataType.INT64, "INT64", longs(engine, "8000000000000000", "0020000000000001")),
                        Arguments.of(engine, DataType.FP16, "FLOAT16", List.of("fbff", "3555", "8000")),
                        Arguments.of(engine, DataType.FP32, "FLOAT", List.of("ff7fffff", "3eaaaaab", "80000000")),
                        Arguments.of(
                                engine,
                                DataType.FP64,
                                "DOUBLE",
                                List.of("ffefffffffffffff", "3fd5555555555555", "8000000000000000"))));
    }

    /** OpenVINO's CPU plugin computes numbers of 64 bits in 32, as it does in Python (docs/serving.md). */
    private static List<String> longs(String engine, String... wide) {
        return engine.equals("OpenVINO") ? List.of("0", "1", "7fffffff") : List.of(wide);
    }

    @ParameterizedTest
    @MethodSource("types")
    void aTypeKeepsItsNameAndItsValues(String engine, DataType type, String onnx, List<String> values)
            throws Exception {
        try (LoadedModel model = load(engine, identity(TensorProto.DataType.valueOf(onnx), -1))) {
            assertThat(model.inputs().getFirst().type()).isEqualTo(type);
            assertThat(model.outputs().getFirst().type()).isEqualTo(type);

            Tensor given = Tensor.allocate(type, values.size());
            for (int i = 0; i < values.size(); i++) {
                long bits = Long.parseUnsignedLong(values.get(i), 16);
                for (int b = 0; b < type.bytes(); b++) { // the machine's order is little-endian
                    given.data().put(i * type.bytes() + b, (byte) (bits >>> (8 * b)));
                }
            }
            Tensor answered = requireNonNull(model.infer(Map.of("x", given)).get("y"));

            assertThat(answered.type()).isEqualTo(type);
            assertThat(bytes(answered)).isEqualTo(bytes(given));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "OnnxRuntime, BFLOAT16, bfloat16",
        "OnnxRuntime, STRING, string",
        "OnnxRuntime, FLOAT8E4M3FN, float8e4m3fn",
        "OnnxRuntime, FLOAT8E5M2, float8e5m2",
        "OnnxRuntime, INT4, int4",
        "OnnxRuntime, UINT4, uint4",
        "OnnxRuntime, COMPLEX64, complex64",
        "OpenVINO, BFLOAT16, bf16",
        "OpenVINO, STRING, string",
        "OpenVINO, FLOAT8E4M3FN, f8e4m3",
        "OpenVINO, INT4, i4",
    })
    void aTypeThatTensorsDoNotHaveIsRefusedByItsName(String engine, String onnx, String name) {
        assertThatThrownBy(() -> load(engine, identity(TensorProto.DataType.valueOf(onnx), 2)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("is of type " + name + ", which is not supported; ");
    }

    @ParameterizedTest
    @CsvSource({
        "SequenceEmpty, sequence(float32)",
        "Optional, optional(float32)",
    })
    void whatIsNoTensorIsRefusedByItsName(String operator, String name) {
        TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder()
                .setElemType(TensorProto.DataType.FLOAT_VALUE)
                .build();
        TypeProto element = TypeProto.newBuilder().setTensorType(tensor).build();
        TypeProto type = operator.equals("Optional")
                ? TypeProto.newBuilder()
                        .setOptionalType(TypeProto.Optional.newBuilder().setElemType(element))
                        .build()
                : TypeProto.newBuilder()
                        .setSequenceType(TypeProto.Sequence.newBuilder().setElemType(element))
                        .build();
        ModelProto model = OnnxModels.model(GraphProto.newBuilder()
                .setName("no-tensor")
                .addInput(OnnxModels.value("x", 2))
                .addOutput(ValueInfoProto.newBuilder().setName("y").setType(type))
                .addNode(OnnxModels.node(operator, operator.equals("Optional") ? List.of("x") : List.of(), "y"))
                .build());

        assertThatThrownBy(() -> load("OnnxRuntime", model))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("'y' is of type " + name + ", which is not supported; ");
    }

    @ParameterizedTest
    @CsvSource({"OnnxRuntime", "OpenVINO"})
    void aScalarGoesInAndComesOut(String engine) throws Exception {
        ModelProto sum = OnnxModels.model(GraphProto.newBuilder()
                .setName("sum")
                .addInput(OnnxModels.value("a"))
                .addInput(OnnxModels.value("b"))
                .addOutput(OnnxModels.value("y"))
                .addNode(OnnxModels.node("Add", List.of("a", "b"), "y"))
                .build());
        try (LoadedModel model = load(engine, sum)) {
            assertThat(model.outputs().getFirst().shape()).isEmpty();
            for (float b = 1; b < 4; b++) {
                Tensor y = requireNonNull(model.infer(
                                Map.of("a", Tensor.ofFloats(new float[] {2}), "b", Tensor.ofFloats(new float[] {b})))
                        .get("y"));
                assertThat(y.shape()).isEmpty();
                assertThat(y.element(0)).isEqualTo(2 + b);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"OnnxRuntime", "OpenVINO"})
    void anOpenDimensionMayHaveNoElements(String engine) throws Exception {
        ModelProto joined = OnnxModels.model(GraphProto.newBuilder()
                .setName("cache")
                .addInput(OnnxModels.value("cache", -1, 2))
                .addInput(OnnxModels.value("x", 1, 2))
                .addOutput(OnnxModels.value("y", -1, 2))
                .addNode(OnnxModels.node("Concat", List.of("cache", "x"), "y", OnnxModels.integer("axis", 0)))
                .build());
        try (LoadedModel model = load(engine, joined)) {
            Tensor x = Tensor.ofFloats(new float[] {1, 2}, 1, 2);

            Tensor first = requireNonNull(model.infer(Map.of("cache", Tensor.allocate(DataType.FP32, 0, 2), "x", x))
                    .get("y"));
            assertThat(first.shape()).containsExactly(1, 2);
            assertThat(first.element(1)).isEqualTo(2f);

            Tensor next = Tensor.ofFloats(new float[] {5, 6}, 1, 2);
            Tensor second =
                    requireNonNull(model.infer(Map.of("cache", next, "x", x)).get("y"));
            assertThat(second.shape()).containsExactly(2, 2);
            assertThat(second.element(0)).isEqualTo(5f);
        }
    }

    @ParameterizedTest
    @CsvSource({"OnnxRuntime", "OpenVINO"})
    void anAnswerMayHaveNoElements(String engine) throws Exception {
        try (LoadedModel model = load(engine, OnnxModels.linear(new float[][] {{1, 10}, {2, 20}}))) {
            Tensor y = requireNonNull(model.infer(Map.of("x", Tensor.allocate(DataType.FP32, 0, 2)))
                    .get("y"));
            assertThat(y.shape()).containsExactly(0, 2);
            assertThat(y.data().limit()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"OnnxRuntime", "OpenVINO"})
    void aModelWithoutInputsAnswers(String engine) throws Exception {
        ModelProto constant = OnnxModels.model(GraphProto.newBuilder()
                .setName("constant")
                .addInitializer(OnnxModels.weights("w", new float[] {1, 2}, 2))
                .addOutput(OnnxModels.value("y", 2))
                .addNode(OnnxModels.node("Neg", List.of("w"), "y"))
                .build());
        try (LoadedModel model = load(engine, constant)) {
            assertThat(model.inputs()).isEmpty();
            assertThat(requireNonNull(model.infer(Map.of()).get("y")).element(1))
                    .isEqualTo(-2f);
        }
    }

    private static ModelProto identity(TensorProto.DataType type, long size) {
        return OnnxModels.model(GraphProto.newBuilder()
                .setName("identity")
                .addInput(OnnxModels.value("x", type, size))
                .addOutput(OnnxModels.value("y", type, size))
                .addNode(OnnxModels.node("Identity", List.of("x"), "y"))
                .build());
    }

    private LoadedModel load(String engine, ModelProto model) throws Exception {
        if (engine.equals("OpenVINO")) {
            EngineLibraries.openVino();
        }
        OnnxModels.write(folder, model);
        return Engines.load(
                folder, new VariantDescriptor(engine, "model.onnx", Map.of(), null, null, Map.of(), null), 1);
    }

    private static byte[] bytes(Tensor tensor) {
        byte[] bytes = new byte[tensor.data().limit()];
        ByteBuffer data = tensor.data().duplicate();
        data.get(0, bytes);
        return bytes;
    }
}
