package dev.edgeai.runtime.server;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.runtime.engine.Engines;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.testing.OnnxModels;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A real server on a free port, with a real model in ONNX Runtime, and a client. */
final class TestServer implements AutoCloseable {
    static final ServedModel.Certified CERTIFIED =
            new ServedModel.Certified("sha256:" + "a".repeat(64), "intel-cpu", "vision/digits-1", "t3");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final LoadedModel model;
    private final ModelServer server;

    private TestServer(LoadedModel model, ModelServer server) {
        this.model = model;
        this.server = server;
    }

    static TestServer start(Path folder, ModelProto model, Optional<Task> task, ServerOptions options)
            throws IOException {
        return start(load(OnnxModels.write(folder, model)), task, options);
    }

    static TestServer start(LoadedModel loaded, Optional<Task> task, ServerOptions options) {
        ServedModel served =
                new ServedModel("m", "r7", "OnnxRuntime", "test", "onnxruntime_onnx", Optional.of(CERTIFIED), task);
        return new TestServer(loaded, ModelServer.start(served, loaded, options));
    }

    static LoadedModel load(Path folder) {
        return Engines.load(folder, Engines.forSource(folder), 1);
    }

    int port() {
        return server.port();
    }

    ModelServer server() {
        return server;
    }

    HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(uri(path))
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    HttpResponse<String> infer(String body) throws Exception {
        return post("/v2/models/m/infer", body);
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    static JsonNode json(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body());
    }

    /** Samples of /metrics by name and labels as written. */
    Map<String, Double> metrics() throws Exception {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.lastIndexOf(' ')),
                        line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)),
                        (a, b) -> {
                            throw new IllegalStateException("a sample is exposed twice");
                        },
                        TreeMap::new));
    }

    double inFlight() throws Exception {
        return metrics().getOrDefault("edgeai_inference_in_flight", Double.NaN);
    }

    @Override
    public void close() {
        client.close();
        server.close();
        model.close();
    }
}
