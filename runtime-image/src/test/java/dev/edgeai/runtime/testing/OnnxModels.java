package dev.edgeai.runtime.testing;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Writes ONNX files, so that tests run real engines on real graphs. */
public final class OnnxModels {
    private OnnxModels() {}

    /** {@code y = x * w * …} with each w given row by row; x: float32[N,rows], y: float32[N,columns of the last]. */
    public static ModelProto linear(float[][]... factors) {
        GraphProto.Builder graph = GraphProto.newBuilder().setName("linear");
        String current = "x";
        for (int i = 0; i < factors.length; i++) {
            float[][] w = factors[i];
            String name = i == 0 ? "w" : "w" + i;
            String product = i == factors.length - 1 ? "y" : "h" + i;
            graph.addInitializer(weights(name, flat(w), w.length, w[0].length));
            graph.addNode(node("MatMul", List.of(current, name), product));
            current = product;
        }
        return model(graph.addInput(value("x", -1, factors[0].length))
                .addOutput(value("y", -1, factors[factors.length - 1][0].length))
                .build());
    }

    /** A multi-layer perceptron with ReLU and random weights; x: float32[N,widths[0]], y: float32[N,last]. */
    public static ModelProto perceptron(long seed, int... widths) {
        Random random = new Random(seed);
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("perceptron")
                .addInput(value("x", -1, widths[0]))
                .addOutput(value("y", -1, widths[widths.length - 1]));
        String current = "x";
        for (int layer = 1; layer < widths.length; layer++) {
            int in = widths[layer - 1];
            int out = widths[layer];
            float[] w = new float[in * out];
            for (int i = 0; i < w.length; i++) {
                w[i] = (float) (random.nextGaussian() / Math.sqrt(in));
            }
            graph.addInitializer(weights("w" + layer, w, in, out));
            boolean last = layer == widths.length - 1;
            String product = last ? "y" : "h" + layer;
            graph.addNode(node("MatMul", List.of(current, "w" + layer), product));
            if (!last) {
                graph.addNode(node("Relu", List.of(product), "r" + layer));
                current = "r" + layer;
            }
        }
        return model(graph.build());
    }

    public static ModelProto model(GraphProto graph) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .setProducerName("edgeai-tests")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                .setGraph(graph)
                .build();
    }

    public static ValueInfoProto value(String name, long... shape) {
        return value(name, TensorProto.DataType.FLOAT, shape);
    }

    public static ValueInfoProto value(String name, TensorProto.DataType type, long... shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (long size : shape) {
            TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
            dims.addDim(size < 0 ? dim.setDimParam("N") : dim.setDimValue(size));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(dims)))
                .build();
    }

    public static TensorProto weights(String name, float[] values, long... shape) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .setRawData(ByteString.copyFrom(raw));
        for (long size : shape) {
            tensor.addDims(size);
        }
        return tensor.build();
    }

    public static NodeProto node(String operator, List<String> inputs, String output, AttributeProto... attributes) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output)
                .addAllInput(inputs)
                .addOutput(output)
                .addAllAttribute(List.of(attributes))
                .build();
    }

    /** y = -2147483648 / (n * n - n - 1), on which ONNX Runtime 1.29 dies (SIGFPE) with 0 and with 1; n, y: int32[1]. */
    public static ModelProto divides() {
        return model(GraphProto.newBuilder()
                .setName("divides")
                .addInput(value("n", TensorProto.DataType.INT32, 1))
                .addOutput(value("y", TensorProto.DataType.INT32, 1))
                .addInitializer(wholeNumber("one", 1))
                .addInitializer(wholeNumber("least", Integer.MIN_VALUE))
                .addNode(node("Mul", List.of("n", "n"), "square"))
                .addNode(node("Sub", List.of("square", "n"), "less"))
                .addNode(node("Sub", List.of("less", "one"), "divisor"))
                .addNode(node("Div", List.of("least", "divisor"), "y"))
                .build());
    }

    /**
     * A model that is called again with the state it gave: y = x * w + mean(state) * rate; x: float32[N,rows of w], state:
     * float32[2,N,3], rate: int64, y: float32[N,columns of w], next: as state.
     */
    public static ModelProto stateful(float[][] w) {
        return model(GraphProto.newBuilder()
                .setName("stateful")
                .addInput(value("x", -1, w.length))
                .addInput(value("state", 2, -1, 3))
                .addInput(value("rate", TensorProto.DataType.INT64))
                .addOutput(value("y", -1, w[0].length))
                .addOutput(value("next", 2, -1, 3))
                .addInitializer(weights("w", flat(w), w.length, w[0].length))
                .addNode(node("MatMul", List.of("x", "w"), "product"))
                .addNode(node("ReduceMean", List.of("state"), "mean", integer("keepdims", 0)))
                .addNode(node("Cast", List.of("rate"), "factor", integer("to", TensorProto.DataType.FLOAT_VALUE)))
                .addNode(node("Mul", List.of("mean", "factor"), "shift"))
                .addNode(node("Add", List.of("product", "shift"), "y"))
                .addNode(node("Identity", List.of("state"), "next"))
                .build());
    }

    private static TensorProto wholeNumber(String name, int value) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT32_VALUE)
                .addDims(1)
                .addInt32Data(value)
                .build();
    }

    public static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    /** Writes {@code model.onnx} into a folder and returns the folder. */
    public static Path write(Path folder, ModelProto model) throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("model.onnx"), model.toByteArray());
        return folder;
    }

    /**
     * Moves the weights of a folder's {@code model.onnx} into {@code weights.bin} beside it.
     *
     * @see <a href="https://onnx.ai/onnx/repo-docs/ExternalData.html">External data</a>
     */
    public static void moveWeights(Path folder) throws IOException {
        ModelProto.Builder model = ModelProto.newBuilder().mergeFrom(Files.readAllBytes(folder.resolve("model.onnx")));
        ByteString.Output data = ByteString.newOutput();
        for (TensorProto.Builder tensor : model.getGraphBuilder().getInitializerBuilderList()) {
            ByteString raw = tensor.getRawData();
            tensor.clearRawData()
                    .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(entry("location", "weights.bin"))
                    .addExternalData(entry("offset", Integer.toString(data.size())))
                    .addExternalData(entry("length", Integer.toString(raw.size())));
            raw.writeTo(data);
        }
        Files.write(folder.resolve("weights.bin"), data.toByteString().toByteArray());
        write(folder, model.build());
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private static float[] flat(float[][] rows) {
        float[] values = new float[rows.length * rows[0].length];
        for (int i = 0; i < values.length; i++) {
            values[i] = rows[i / rows[0].length][i % rows[0].length];
        }
        return values;
    }
}
