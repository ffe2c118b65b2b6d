package dev.edgeai.runtime.server.tensor;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.TensorInfo;
import dev.edgeai.runtime.server.ServerOptions;
import dev.edgeai.runtime.server.TestServer;
import dev.edgeai.runtime.testing.OnnxModels;
import dev.edgeai.runtime.testing.WrappedModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import static dev.edgeai.runtime.server.TestServer.quoted;
import static org.assertj.core.api.Assertions.assertThat;

/** The Open Inference Protocol in JSON, spoken to a real server. */
class ProtocolTest {
    private static final int MAX_REQUEST = 64 * 1024;

    @TempDir
    static Path folder;

    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.linear(folder.resolve("linear"), new ServerOptions(0, 2, 16, MAX_REQUEST, 1 << 20));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void tellsWhatItIsAndHowItIs() throws Exception {
        assertThat(TestServer.json(server.get("/v2")).get("extensions").toString())
                .contains("binary_tensor_data");
        assertThat(server.get("/v2/health/live").body()).isEqualTo("{\"live\":true}");
        assertThat(server.get("/v2/health/ready").body()).isEqualTo("{\"ready\":true}");
        assertThat(server.get("/v2/models/m/ready").body()).isEqualTo("{\"name\":\"m\",\"ready\":true}");
        assertThat(server.get("/v2/models/m/versions/r7/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void modelMetadataHasTensorsAndCertificate() throws Exception {
        JsonNode metadata = TestServer.json(server.get("/v2/models/m"));

        assertThat(metadata.get("name").asText()).isEqualTo("m");
        assertThat(metadata.get("versions").toString()).isEqualTo("[\"r7\"]");
        assertThat(metadata.get("platform").asText()).isEqualTo("onnxruntime_onnx");
        assertThat(metadata.get("inputs").toString())
                .isEqualTo("[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1,2]}]");
        assertThat(metadata.get("outputs").toString())
                .isEqualTo("[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[-1,3]}]");
        JsonNode parameters = metadata.get("parameters");
        assertThat(parameters.get("artifact").asText()).isEqualTo(TestServer.CERTIFIED.artifact());
        assertThat(parameters.get("accelerator").asText()).isEqualTo("intel-cpu");
        assertThat(parameters.get("run").asText()).isEqualTo("vision/digits-1");
        assertThat(parameters.get("trial").asText()).isEqualTo("t3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'inputs':[{'name':'x','shape':[2,2],'datatype':'FP32','data':[1,0,0,1]}]}",
                "{'inputs':[{'name':'x','shape':[2,2],'datatype':'FP32','data':[[1,0],[0,1]]}]}",
                "{'inputs':[{'data':[[1.0,0e0],[0.0,1]],'datatype':'FP32','shape':[2,2],'name':'x'}]}",
                "{'outputs':[{'name':'y'}],'inputs':[{'name':'x','data':[1,0,0,1],'shape':[2,2],'datatype':'FP32'}]}",
                "{'unknown':{'a':[1]},'inputs':[{'name':'x','extra':[{}],'shape':[2,2],'datatype':'FP32',"
                        + "'parameters':{'hint':1},'data':[1,0,0,1]}],'parameters':{'sequence_id':3}}",
            })
    void answersAnyFormOfTheSameTensor(String body) throws Exception {
        HttpResponse<String> response = server.infer(quoted(body));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.body())
                .isEqualTo(quoted("{'model_name':'m','model_version':'r7','outputs':[{'name':'y','datatype':'FP32',"
                        + "'shape':[2,3],'data':[1.0,2.0,3.0,10.0,20.0,30.0]}]}"));
    }

    @Test
    void givesTheIdBackAndAnswersByVersionToo() throws Exception {
        String body = quoted("{'id':'a \\'b','inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,1]}]}"
                .replace("\\'", "ü"));

        HttpResponse<String> response = server.post("/v2/models/m/versions/r7/infer", body);

        assertThat(TestServer.json(response).get("id").asText()).isEqualTo("a üb");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "nonsense | not valid JSON",
                "[] | must be a JSON object",
                "{} | 'inputs' is missing",
                "{'inputs':{}} | 'inputs' must be an array of objects",
                "{'inputs':[1]} | 'inputs' must be an array of objects",
                "{'inputs':[{'shape':[1,2],'datatype':'FP32','data':[1,2]}]} | an input has no 'name'",
                "{'inputs':[{'name':'x','datatype':'FP32','data':[1,2]}]} | input 'x' has no 'shape'",
                "{'inputs':[{'name':'x','shape':[1,2],'data':[1,2]}]} | input 'x' has no 'datatype'",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32'}]} | neither 'data' nor 'binary_data_size'",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'BYTES','data':['a','b']}]} | 'BYTES'; this server",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'INT32','data':[1,2]}]} | input 'x' must be FP32",
                "{'inputs':[{'name':'x','shape':[2],'datatype':'FP32','data':[1,2]}]} | must have shape [-1, 2]",
                "{'inputs':[{'name':'x','shape':[1,3],'datatype':'FP32','data':[1,2,3]}]} | must have shape [-1, 2]",
                "{'inputs':[]} | input 'x' is missing; given: []",
                "{'inputs':[{'name':'x','shape':[-1,2],'datatype':'FP32','data':[1,2]}]} | 'shape' must hold whole",
                "{'inputs':[{'name':'x','shape':[1.5,2],'datatype':'FP32','data':[1,2]}]} | 'shape' must hold whole",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1]}]} | needs 2 elements",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,2,3]}]} | needs 2 elements",
                "{'inputs':[{'name':'x','shape':[2,2],'datatype':'FP32','data':[[1,2],[3]]}]} | found 1",
                "{'inputs':[{'name':'x','shape':[2,2],'datatype':'FP32','data':[[1,2]]}]} | nested as its shape",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[[1,2],[3,4]]}]} | nested as its shape",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[[[1],[2]]]}]} | takes a number, not [",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,'b']}]} | element 1: FP32 takes a n",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,null]}]} | element 1: FP32 takes a",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,1e39]}]} | a number within FP32",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,NaN]}]} | element 1: FP32 takes a finite "
                        + "number here, as JSON has no other (send the input as binary data, 'binary_data_size', to "
                        + "give NaN or infinity), not NaN",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[-Infinity,1]}]} | not -Infinity",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,'NaN']}]} | 'binary_data_size'",
                "{'inputs':[{'name':'x','shape':[1,NaN],'datatype':'FP32','data':[1,2]}]} | 'shape' must hold whole",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':5}]} | 'data' must be an array",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,2]} | not valid JSON",
                "{'inputs':[{'name':'z','shape':[1,2],'datatype':'FP32','data':[1,2]}]} | input 'x' is missing",
                "{'inputs':[{'name':'x','shape':[900000000,2],'datatype':'FP32','data':[1]}]} | larger than 2 GiB",
                "{'inputs':[{'name':'x','shape':[90000000,2],'datatype':'FP32','data':[1]}]} | more than the request",
                "{'inputs':[{'name':'x','shape':[4000000000,4000000000,4],'datatype':'FP32','data':[1]}]} | 2 GiB",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','parameters':{'binary_data_size':8}}]} "
                        + "| only 0 are left",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','parameters':{'shared_memory_region':'r'}}]} "
                        + "| 'shared_memory_region' of an input is not supported",
                "{'outputs':[{'name':'q'}],'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,2]}]} "
                        + "| the model has no output 'q'; it has [y]",
                "{'outputs':[{'name':'y','parameters':{'classification':3}}],'inputs':[{'name':'x','shape':[1,2],"
                        + "'datatype':'FP32','data':[1,2]}]} | 'classification' of an output is not supported",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,2]}]}{} | goes on after",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,2]},"
                        + "{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,2]}]} | input 'x' is given twice",
                "{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,2]},"
                        + "{'name':'w','shape':[1,2],'datatype':'FP32','data':[1,2]}]} | unknown input [w]",
            })
    void refusesWithASentence(String body, String sentence) throws Exception {
        HttpResponse<String> response = server.infer(quoted(body));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(TestServer.json(response).get("error").asText()).contains(sentence);
        assertThat(response.headers().firstValue("X-EdgeAI-Revision")).hasValue("r7");
    }

    @Test
    void aDeeplyNestedBodyIsRefused() throws Exception {
        HttpResponse<String> response = server.infer("{\"inputs\":" + "[".repeat(20_000) + "}");

        assertThat(response.statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "GET, /v2/models/other, no model 'other' here; this server has 'm'",
                "GET, /v2/models/other/ready, no model 'other' here",
                "POST, /v2/models/other/infer, no model 'other' here",
                "POST, /v2/models/m/versions/9/infer, 'm' has no version '9'",
                "GET, /nothing, no GET /nothing here",
                "GET, /v2/models/m/infer, no GET /v2/models/m/infer here",
            })
    void whatIsNotHereIs404WithASentence(String method, String path, String sentence) throws Exception {
        HttpResponse<String> response = method.equals("GET") ? server.get(path) : server.post(path, "{}");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(TestServer.json(response).get("error").asText()).contains(sentence);
        assertThat(response.headers().firstValue("X-EdgeAI-Revision")).hasValue("r7");
    }

    @Test
    void anEmptyBodyIsRefused() throws Exception {
        HttpResponse<String> response = server.infer("");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("the body is empty");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBodyOverTheLimitIs413WhetherItsLengthIsToldOrNot(boolean told) throws Exception {
        byte[] body = new byte[MAX_REQUEST + 1];
        var publisher = told
                ? BodyPublishers.ofByteArray(body)
                : BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body));

        HttpResponse<byte[]> response = server.send(
                HttpRequest.newBuilder(server.uri("/v2/models/m/infer")).POST(publisher));

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(new String(response.body(), StandardCharsets.UTF_8)).contains("limit of 65536 bytes");
        assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void aChunkedBodyIsAnswered() throws Exception {
        byte[] body = quoted("{'inputs':[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,1]}]}")
                .getBytes(StandardCharsets.UTF_8);

        HttpResponse<byte[]> response = server.send(HttpRequest.newBuilder(server.uri("/v2/models/m/infer"))
                .POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body))));

        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void brokenHttpGetsAnErrorObjectAndTheRevision() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream()
                    .write("GET /v2 HTTP/1.1\r\nHost: a:b:c\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer)
                    .startsWith("HTTP/1.1 400")
                    .contains("{\"error\":")
                    .containsIgnoringCase("X-EdgeAI-Revision: r7");
        }
    }

    @Test
    void everyDatatypeGoesThroughUnchanged() throws Exception {
        record Case(String type, TensorProto.DataType onnx, String data) {}
        List<Case> cases = List.of(
                new Case("BOOL", TensorProto.DataType.BOOL, "[true,false,true]"),
                new Case("UINT8", TensorProto.DataType.UINT8, "[0,127,255]"),
                new Case("UINT16", TensorProto.DataType.UINT16, "[0,40000,65535]"),
                new Case("UINT32", TensorProto.DataType.UINT32, "[0,4000000000,4294967295]"),
                new Case("UINT64", TensorProto.DataType.UINT64, "[0,9223372036854775808,18446744073709551615]"),
                new Case("INT8", TensorProto.DataType.INT8, "[-128,0,127]"),
                new Case("INT16", TensorProto.DataType.INT16, "[-32768,0,32767]"),
                new Case("INT32", TensorProto.DataType.INT32, "[-2147483648,0,2147483647]"),
                new Case("INT64", TensorProto.DataType.INT64, "[-9223372036854775808,0,9223372036854775807]"),
                new Case("FP16", TensorProto.DataType.FLOAT16, "[-65504.0,0.5,1.0]"),
                new Case("FP32", TensorProto.DataType.FLOAT, "[-3.4028235E38,0.1,1.4E-45]"),
                new Case("FP64", TensorProto.DataType.DOUBLE, "[-1.7976931348623157E308,0.1,4.9E-324]"));
        for (Case each : cases) {
            ModelProto identity = OnnxModels.model(GraphProto.newBuilder()
                    .setName("identity")
                    .addInput(OnnxModels.value("x", each.onnx, 3))
                    .addOutput(OnnxModels.value("y", each.onnx, 3))
                    .addNode(OnnxModels.node("Identity", List.of("x"), "y"))
                    .build());
            Path home = folder.resolve(each.type.toLowerCase(Locale.ROOT));
            try (TestServer typed =
                    TestServer.start(home, identity, Optional.empty(), new ServerOptions(0, 1, 4, 4096, 4096))) {
                HttpResponse<String> response = typed.infer(quoted("{'inputs':[{'name':'x','shape':[3],'datatype':'"
                        + each.type + "','data':" + each.data + "}]}"));
                assertThat(response.body()).as(each.type).contains("\"data\":" + each.data);
                assertThat(response.body()).contains("\"datatype\":\"" + each.type + "\"");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "UINT8, 256",
        "UINT8, -1",
        "UINT16, 65536",
        "UINT32, 4294967296",
        "UINT64, 18446744073709551616",
        "UINT64, -1",
        "UINT64, 1.5",
        "INT8, 128",
        "INT16, 40000",
        "INT32, 2147483648",
        "INT64, 9223372036854775808",
        "INT64, 1.5",
        "BOOL, 1",
        "FP16, 65520",
        "FP16, -70000"
    })
    void anElementOutsideItsTypeIsRefused(String type, String element) throws Exception {
        HttpResponse<String> response = server.infer(
                quoted("{'inputs':[{'name':'x','shape':[1,1],'datatype':'" + type + "','data':[" + element + "]}]}"));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body())
                .contains("input 'x' element 0: " + type + " takes")
                .contains("not " + element);
    }

    @ParameterizedTest
    @CsvSource({
        "FP32, FLOAT, -0, -0.0",
        "FP64, DOUBLE, -0, -0.0",
        "FP16, FLOAT16, -0, -0.0",
        "FP32, FLOAT, -0.0, -0.0",
        "FP32, FLOAT, -1e-60, -0.0",
        "FP16, FLOAT16, 1.00048828126, 1.0009766", // just over the middle of two halves; by way of a float it is the
        // middle
        "FP16, FLOAT16, 1.00048828125, 1.0",
        "FP16, FLOAT16, 65519.9, 65504.0",
    })
    void aNumberIsRoundedOnceAndKeepsItsSign(String type, TensorProto.DataType onnx, String given, String answered)
            throws Exception {
        ModelProto identity = OnnxModels.model(GraphProto.newBuilder()
                .setName("identity")
                .addInput(OnnxModels.value("x", onnx, 1))
                .addOutput(OnnxModels.value("y", onnx, 1))
                .addNode(OnnxModels.node("Identity", List.of("x"), "y"))
                .build());
        try (TestServer typed = TestServer.start(
                folder.resolve("rounded"), identity, Optional.empty(), new ServerOptions(0, 1, 4, 4096, 4096))) {
            HttpResponse<String> response = typed.infer(
                    quoted("{'inputs':[{'name':'x','shape':[1],'datatype':'" + type + "','data':[" + given + "]}]}"));

            assertThat(response.body()).contains("\"data\":[" + answered + "]");
        }
    }

    @Test
    void anOpenDimensionMayHaveNoElements() throws Exception {
        HttpResponse<String> response =
                server.infer(quoted("{'inputs':[{'name':'x','shape':[0,2],'datatype':'FP32','data':[]}]}"));

        assertThat(response.body()).contains(quoted("'shape':[0,3],'data':[]"));
    }

    @Test
    void aModelWithoutInputsAnswersToEmptyInputs() throws Exception {
        ModelProto constant = OnnxModels.model(GraphProto.newBuilder()
                .setName("constant")
                .addInitializer(OnnxModels.weights("w", new float[] {1, 2}, 2))
                .addOutput(OnnxModels.value("y", 2))
                .addNode(OnnxModels.node("Neg", List.of("w"), "y"))
                .build());
        try (TestServer alone = TestServer.start(
                folder.resolve("constant"), constant, Optional.empty(), new ServerOptions(0, 1, 4, 4096, 4096))) {
            assertThat(alone.infer("{\"inputs\":[]}").body()).contains("\"data\":[-1.0,-2.0]");
        }
    }

    @Test
    void anOutputIsFoundByItsOtherNames() throws Exception {
        LoadedModel linear = TestServer.load(OnnxModels.write(folder.resolve("names"), OnnxModels.linear(new float[][] {
            {1, 2}, {10, 20}
        })));
        LoadedModel named = new WrappedModel(linear) {
            @Override
            public List<TensorInfo> outputs() {
                return List.of(new TensorInfo("y", DataType.FP32, List.of(-1L, 2L), List.of("Identity:0")));
            }
        };
        try (TestServer typed = TestServer.start(named, Optional.empty(), new ServerOptions(0, 1, 4, 4096, 4096))) {
            HttpResponse<String> response = typed.infer(quoted("{'outputs':[{'name':'Identity:0'}],'inputs':"
                    + "[{'name':'x','shape':[1,2],'datatype':'FP32','data':[1,1]}]}"));

            assertThat(response.body())
                    .contains(quoted("'name':'Identity:0','datatype':'FP32','shape':[1,2],'data':[11.0,22.0]"));
        }
    }

    @Test
    void aLargeAnswerIsStreamedWhole() throws Exception {
        int rows = 200_000;
        String row = "[1,1]";
        try (TestServer large =
                TestServer.linear(folder.resolve("large"), new ServerOptions(0, 1, 4, 4 << 20, 4 << 20))) {
            HttpResponse<String> response = large.infer(quoted("{'inputs':[{'name':'x','shape':[" + rows
                    + ",2],'datatype':'FP32','data':[" + (row + ",").repeat(rows - 1) + row + "]}]}"));

            JsonNode data = TestServer.json(response).get("outputs").get(0).get("data");
            assertThat(data).hasSize(3 * rows);
            assertThat(data.get(3 * rows - 1).floatValue()).isEqualTo(33f);
            assertThat(response.headers().firstValue("Transfer-Encoding")).hasValue("chunked");
        }
    }
}
