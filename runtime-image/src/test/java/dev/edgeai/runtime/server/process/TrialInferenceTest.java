package dev.edgeai.runtime.server.process;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.edgeai.runtime.engine.installed.Engines;
import dev.edgeai.runtime.testing.OnnxModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

class TrialInferenceTest {
    private static final Duration AMPLE = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    @Test
    void aModelThatTakesOnesIsWarmedUp() throws Exception {
        assertThat(refusal(counting(1), AMPLE)).isEmpty();
    }

    @Test
    void anEngineThatDiesIsToldAndThisProcessLives() throws Exception {
        assertThat(refusal(OnnxModels.divides(), AMPLE))
                .hasValueSatisfying(why -> assertThat(why).startsWith("the engine died (exit code "));
    }

    @Test
    void anEngineThatGoesOnForEverIsEnded() throws Exception {
        assertThat(refusal(counting(Long.MAX_VALUE), Duration.ofSeconds(2)))
                .hasValue("the engine did not end within 2 s");
        assertThat(ProcessHandle.current()
                        .children()
                        .filter(child -> child.info()
                                .arguments()
                                .filter(arguments -> List.of(arguments).contains(TrialInference.VERB))
                                .isPresent()))
                .isEmpty();
    }

    private Optional<String> refusal(ModelProto model, Duration limit) throws IOException, InterruptedException {
        OnnxModels.write(folder, model);
        return new TrialInference(folder.toString(), Engines.forSource(folder), 1).refusal(limit);
    }

    /** y = 0 + n + … + n, that many times; n, y: int64[1]. */
    private static ModelProto counting(long times) {
        GraphProto body = GraphProto.newBuilder()
                .setName("body")
                .addInput(OnnxModels.value("i", TensorProto.DataType.INT64))
                .addInput(OnnxModels.value("go", TensorProto.DataType.BOOL))
                .addInput(OnnxModels.value("sum", TensorProto.DataType.INT64, 1))
                .addOutput(OnnxModels.value("go_on", TensorProto.DataType.BOOL))
                .addOutput(OnnxModels.value("next", TensorProto.DataType.INT64, 1))
                .addNode(OnnxModels.node("Identity", List.of("go"), "go_on"))
                .addNode(OnnxModels.node("Add", List.of("sum", "n"), "next"))
                .build();
        return OnnxModels.model(GraphProto.newBuilder()
                .setName("counting")
                .addInput(OnnxModels.value("n", TensorProto.DataType.INT64, 1))
                .addOutput(OnnxModels.value("y", TensorProto.DataType.INT64, 1))
                .addInitializer(longs("times", times))
                .addInitializer(longs("zero", 0))
                .addNode(OnnxModels.node(
                        "Loop",
                        List.of("times", "", "zero"),
                        "y",
                        AttributeProto.newBuilder()
                                .setName("body")
                                .setType(AttributeProto.AttributeType.GRAPH)
                                .setG(body)
                                .build()))
                .build());
    }

    private static TensorProto longs(String name, long value) {
        ByteBuffer raw = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.putLong(0, value);
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT64_VALUE)
                .addDims(1)
                .setRawData(ByteString.copyFrom(raw))
                .build();
    }
}
