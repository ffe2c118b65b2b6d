package dev.edgeai.runtime.server;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.installed.Engines;
import dev.edgeai.runtime.server.tensor.TensorServer;
import dev.edgeai.runtime.testing.OnnxModels;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A real server on a free port, with a real model in ONNX Runtime, and a client. */
public final class TestServer implements AutoCloseable {
    public static final ServedModel.Certified CERTIFIED =
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

    public static TestServer start(Path folder, ModelProto model, Optional<Task> task, ServerOptions options)
            throws IOException {
        return start(load(OnnxModels.write(folder, model)), task, options);
    }

    /** With x: float32[N,2] and y = x * [[1,2,3],[10,20,30]]. */
    public static TestServer linear(Path folder, ServerOptions options) throws IOException {
        return start(folder, OnnxModels.linear(new float[][] {{1, 2, 3}, {10, 20, 30}}), Optional.empty(), options);
    }

    public static TestServer start(LoadedModel loaded, Optional<Task> task, ServerOptions options) {
        ServedModel served =
                new ServedModel("m", "r7", "OnnxRuntime", "test", "onnxruntime_onnx", Optional.of(CERTIFIED), task);
        return new TestServer(loaded, TensorServer.start(served, loaded, options));
    }

    public static LoadedModel load(Path folder) {
        return Engines.load(folder, Engines.forSource(folder), 1);
    }

    public int port() {
        return server.port();
    }

    public ModelServer server() {
        return server;
    }

    public HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    public HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(uri(path))
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    public HttpResponse<String> infer(String body) throws Exception {
        return post("/v2/models/m/infer", body);
    }

    public HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    public static JsonNode json(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body());
    }

    /** JSON that was written with ' for ". */
    public static String quoted(String json) {
        return json.replace('\'', '"');
    }

    /** Samples of /metrics by name and labels as written. */
    public Map<String, Double> metrics() throws Exception {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.lastIndexOf(' ')),
                        line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)),
                        (_, _) -> {
                            throw new IllegalStateException("a sample is exposed twice");
                        },
                        TreeMap::new));
    }

    public double inFlight() throws Exception {
        return metrics().getOrDefault("edgeai_inference_in_flight", Double.NaN);
    }

    /** Waits, at most a minute. */
    public static void until(Condition condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("still waiting");
            }
            Thread.sleep(10);
        }
    }

    /** What is waited for. */
    public interface Condition {
        boolean holds() throws Exception;
    }

    @Override
    public void close() {
        client.close();
        server.close();
        model.close();
    }
}
