package dev.edgeai.runtime.optimize;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.testing.OnnxModels;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A real optimizer for {@link OnnxModels#linear}: {@code int8-dynamic} multiplies the factors into one, {@code
 * int8-static} leaves the model as it is, any other technique fails by the contract.
 */
final class MergingOptimizer {
    private MergingOptimizer() {}

    /** How it is called. */
    static String command() {
        return ProcessHandle.current().info().command().orElseThrow() + " -cp " + System.getProperty("java.class.path")
                + " " + MergingOptimizer.class.getName();
    }

    public static void main(String[] arguments) throws Exception {
        Path work = Path.of(System.getenv("EDGEAI_WORK"));
        TrialSpec spec = Json.read(Files.readString(work.resolve("spec.json")), TrialSpec.class);
        ModelProto source = load(work.resolve("source"));
        ModelProto variant;
        switch (String.valueOf(spec.technique())) {
            case "int8-dynamic" -> variant = merged(source);
            case "int8-static" -> variant = source;
            default -> {
                Failure failure = new Failure("NoEffect", spec.technique() + " finds nothing to do");
                Files.writeString(Path.of(System.getenv("EDGEAI_TERMINATION_LOG")), Json.write(failure));
                System.exit(1);
                return;
            }
        }
        Path folder = OnnxModels.write(work.resolve("variant"), variant);
        VariantDescriptor descriptor = new VariantDescriptor(
                "OnnxRuntime", "model.onnx", Map.of(), "onnxruntime", spec.technique(), Map.of("merging", "1"), null);
        Files.writeString(folder.resolve(VariantDescriptor.FILE), Json.write(descriptor));
        System.out.println("merged " + source.getGraph().getInitializerCount() + " factors");
    }

    /** Brings weights that lie in a file of their own into the model, as Python's onnx does since 1.21. */
    private static ModelProto load(Path folder) throws IOException {
        ModelProto.Builder model = ModelProto.newBuilder().mergeFrom(Files.readAllBytes(folder.resolve("model.onnx")));
        for (TensorProto.Builder tensor : model.getGraphBuilder().getInitializerBuilderList()) {
            if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
                Map<String, String> entries = tensor.getExternalDataList().stream()
                        .collect(Collectors.toMap(StringStringEntryProto::getKey, StringStringEntryProto::getValue));
                Path file = folder.resolve(entries.get("location"));
                if (Files.isSymbolicLink(file) || (int) Files.getAttribute(file, "unix:nlink") > 1) {
                    throw new IOException(file + " has multiple hard links or is a link, which is refused");
                }
                tensor.clearExternalData()
                        .clearDataLocation()
                        .setRawData(ByteString.copyFrom(
                                Files.readAllBytes(file),
                                Integer.parseInt(entries.get("offset")),
                                Integer.parseInt(entries.get("length"))));
            }
        }
        return model.build();
    }

    private static ModelProto merged(ModelProto source) {
        float[][] product = matrix(source.getGraph().getInitializer(0));
        for (TensorProto factor : source.getGraph()
                .getInitializerList()
                .subList(1, source.getGraph().getInitializerCount())) {
            product = times(product, matrix(factor));
        }
        return OnnxModels.linear(product);
    }

    private static float[][] matrix(TensorProto tensor) {
        FloatBuffer values = tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        float[][] rows = new float[(int) tensor.getDims(0)][(int) tensor.getDims(1)];
        for (float[] row : rows) {
            values.get(row);
        }
        return rows;
    }

    static float[][] times(float[][] left, float[][] right) {
        float[][] product = new float[left.length][right[0].length];
        for (int i = 0; i < left.length; i++) {
            for (int k = 0; k < right.length; k++) {
                for (int j = 0; j < right[0].length; j++) {
                    product[i][j] += left[i][k] * right[k][j];
                }
            }
        }
        return product;
    }
}
