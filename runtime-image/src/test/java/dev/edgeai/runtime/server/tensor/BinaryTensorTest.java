package dev.edgeai.runtime.server.tensor;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import dev.edgeai.runtime.server.ServerOptions;
import dev.edgeai.runtime.server.TestServer;
import dev.edgeai.runtime.testing.OnnxModels;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import static dev.edgeai.runtime.server.TestServer.quoted;
import static org.assertj.core.api.Assertions.assertThat;

/** The Open Inference Protocol's extension for binary tensors, spoken to a real server. */
class BinaryTensorTest {
    @TempDir
    static Path folder;

    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.linear(folder.resolve("linear"), new ServerOptions(0, 2, 16, 64 * 1024, 1 << 20));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void binaryTensorsGoInAndOut() throws Exception {
        HttpResponse<byte[]> response = sendBinary(
                "{'parameters':{'binary_data_output':true},'inputs':[{'name':'x','shape':[2,2],'datatype':'FP32',"
                        + "'parameters':{'binary_data_size':16}}]}",
                floats(1, 0, 0, 1));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
        int jsonLength = Integer.parseInt(
                response.headers().firstValue("Inference-Header-Content-Length").orElseThrow());
        assertThat(new String(response.body(), 0, jsonLength, StandardCharsets.UTF_8))
                .isEqualTo(quoted("{'model_name':'m','model_version':'r7','outputs':[{'name':'y','datatype':'FP32',"
                        + "'shape':[2,3],'parameters':{'binary_data_size':24}}]}"));
        ByteBuffer data = ByteBuffer.wrap(response.body(), jsonLength, 24).order(ByteOrder.LITTLE_ENDIAN);
        for (float expected : new float[] {1, 2, 3, 10, 20, 30}) {
            assertThat(data.getFloat()).isEqualTo(expected);
        }
        assertThat(response.body()).hasSize(jsonLength + 24);
    }

    @Test
    void anOutputsOwnWordOnBinaryCounts() throws Exception {
        HttpResponse<byte[]> json = sendBinary(
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','parameters':{'binary_data_size':8}}],"
                        + "'outputs':[{'name':'y'}]}",
                floats(1, 1));
        HttpResponse<byte[]> binary = sendBinary(
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,1]}],"
                        + "'outputs':[{'name':'y','parameters':{'binary_data':true}}]}",
                new byte[0]);

        assertThat(new String(json.body(), StandardCharsets.UTF_8)).contains("\"data\":[11.0,22.0,33.0]");
        assertThat(binary.headers().firstValue("Inference-Header-Content-Length"))
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "8 | 7 | needs 8 bytes after the JSON, but only 7 are left",
                "7 | 7 | needs 8 bytes, 'binary_data_size' is 7",
                "8 | 9 | 1 bytes after the JSON belong to no input",
            })
    void binaryTensorsOfTheWrongSizeAreRefused(int told, int sent, String sentence) throws Exception {
        HttpResponse<byte[]> response = sendBinary(
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','parameters':{'binary_data_size':" + told
                        + "}}]}",
                new byte[sent]);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(new String(response.body(), StandardCharsets.UTF_8)).contains(sentence);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "100000", "ten"})
    void aWrongHeaderLengthIsRefused(String length) throws Exception {
        HttpResponse<byte[]> response = server.send(HttpRequest.newBuilder(server.uri("/v2/models/m/infer"))
                .header("Inference-Header-Content-Length", length)
                .POST(BodyPublishers.ofString("{}")));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(new String(response.body(), StandardCharsets.UTF_8)).contains("Inference-Header-Content-Length");
    }

    @Test
    void anAnswerThatJsonCannotCarryIsAnErrorAndBinaryShowsIt() throws Exception {
        ModelProto log = OnnxModels.model(GraphProto.newBuilder()
                .setName("log")
                .addInput(OnnxModels.value("x", 2))
                .addOutput(OnnxModels.value("y", 2))
                .addNode(OnnxModels.node("Log", List.of("x"), "y"))
                .build());
        try (TestServer logs = TestServer.start(
                folder.resolve("log"), log, Optional.empty(), new ServerOptions(0, 1, 4, 4096, 4096))) {
            String body = "{'inputs':[{'name':'x','shape':[2],'datatype':'FP32','data':[1,-1]}]%s}";

            HttpResponse<String> json = logs.infer(quoted(body.formatted("")));
            HttpResponse<String> binary =
                    logs.infer(quoted(body.formatted(",'parameters':{'binary_data_output':true}")));

            assertThat(json.statusCode()).isEqualTo(500);
            assertThat(json.body()).contains("NaN or infinity in output 'y', element 1", "binary_data_output");
            assertThat(binary.statusCode()).isEqualTo(200);
            assertThat(logs.metrics())
                    .as("an answer of NaN is the model's fault, so a rollout to it is taken back")
                    .containsEntry("edgeai_inference_requests_total{code=\"error\"}", 1.0);
        }
    }

    @Test
    void binaryInputsCarryWhatJsonCannot() throws Exception {
        HttpResponse<byte[]> response = sendBinary(
                "{'parameters':{'binary_data_output':true},'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32',"
                        + "'parameters':{'binary_data_size':8}}]}",
                floats(Float.NaN, 1));
        assertThat(response.statusCode()).isEqualTo(200);
    }

    private static HttpResponse<byte[]> sendBinary(String json, byte[] data) throws Exception {
        byte[] header = quoted(json).getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(header);
        body.write(data);
        return server.send(HttpRequest.newBuilder(server.uri("/v2/models/m/infer"))
                .header("Inference-Header-Content-Length", Integer.toString(header.length))
                .POST(BodyPublishers.ofByteArray(body.toByteArray())));
    }

    private static byte[] floats(float... values) {
        ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return data.array();
    }
}
