package dev.edgeai.runtime.server.process;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.edgeai.runtime.testing.OnnxModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The serving process as Kubernetes handles it. */
class ServeProcessTest {
    private static final List<String> SMALL_HEAP = List.of("-XX:+UseSerialGC", "-Xmx64m");
    private static final String ONE =
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[1,1]}]}";

    /** Multiplications that no machine ends within the test; the process is killed at it. */
    private static final int ENDLESS = 100_000_000;

    @TempDir
    Path folder;

    @Test
    void aRollingEndFailsNoRequestOfClientsThatFollowReadiness() throws Exception {
        Path models = OnnxModels.write(folder, OnnxModels.linear(new float[][] {{1, 2}, {10, 20}}));
        try (ServeProcess leaving = ServeProcess.start(models, SMALL_HEAP, "--settle", "1");
                ServeProcess staying = ServeProcess.start(models, SMALL_HEAP);
                Clients clients = new Clients(leaving.port(), staying.port())) {
            clients.answered(1_000);

            leaving.terminate();
            long terminated = System.nanoTime();

            assertThat(leaving.exitCode(20)).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - terminated)).isGreaterThan(Duration.ofSeconds(1));
            clients.answered(1_000);
            assertThat(clients.failures).isEmpty();
            assertThat(clients.asksToClose).as("answers while draining").hasPositiveValue();
            assertThat(clients.ready).containsExactly(staying.port());
        }
    }

    @Test
    void aRequestInFlightAtSigtermIsAnswered() throws Exception {
        Path models = OnnxModels.write(folder, slow());
        try (ServeProcess server = ServeProcess.start(models, SMALL_HEAP, "--settle", "1");
                HttpClient client = HttpClient.newHttpClient()) {
            CompletableFuture<HttpResponse<String>> answer;
            do { // on a busy machine one may be answered before it is seen
                answer = client.sendAsync(infer(server.port(), slowBody(2_000)), BodyHandlers.ofString());
            } while (!seenInFlight(client, server, answer));
            server.terminate();

            assertThat(answer.get().statusCode()).isEqualTo(200);
            assertThat(server.exitCode(20)).isZero();
        }
    }

    @Test
    void aTakenPortEndsTheProcess() throws Exception {
        Path models = OnnxModels.write(folder, OnnxModels.linear(new float[][] {{1, 2}, {10, 20}}));
        try (ServeProcess first = ServeProcess.start(models, SMALL_HEAP)) {
            String taken = Integer.toString(first.port());

            assertThatThrownBy(() -> ServeProcess.start(models, SMALL_HEAP, "--port", taken))
                    .hasMessageContaining("ended with 1 before it was ready");
        }
    }

    @Test
    void healthAnswersWhileEveryInferencePlaceIsTaken() throws Exception {
        Path models = OnnxModels.write(folder, slow());
        try (ServeProcess server = ServeProcess.start(models, SMALL_HEAP, "--concurrency", "2");
                HttpClient client = HttpClient.newHttpClient()) {
            var requests = new ArrayList<CompletableFuture<HttpResponse<String>>>();
            for (int i = 0; i < 4; i++) { // two run, two wait
                requests.add(client.sendAsync(infer(server.port(), slowBody(ENDLESS)), BodyHandlers.ofString()));
            }
            while (!get(client, server.port(), "/metrics").body().contains("edgeai_inference_in_flight 4.0")) {
                Thread.sleep(5);
            }

            assertThat(get(client, server.port(), "/v2/health/live").statusCode())
                    .isEqualTo(200);
            assertThat(get(client, server.port(), "/v2/health/ready").statusCode())
                    .isEqualTo(200);
            assertThat(requests).noneMatch(CompletableFuture::isDone);
            client.shutdownNow(); // its close would wait for the answers
        }
    }

    /** A reshape to what ones say does not go. */
    @Test
    void aModelThatOnesDoNotSuitIsServed() throws Exception {
        ModelProto reshape = OnnxModels.model(GraphProto.newBuilder()
                .setName("reshape")
                .addInput(OnnxModels.value("shape", TensorProto.DataType.INT64, 2))
                .addOutput(OnnxModels.value("y", -1, -1))
                .addInitializer(OnnxModels.weights("w", new float[] {1, 2, 3, 4, 5, 6}, 6))
                .addNode(OnnxModels.node("Reshape", List.of("w", "shape"), "y"))
                .build());
        assertThat(answer(reshape, "shape", "INT64", "[2]", "[3,2]")).contains("\"data\":[1.0,2.0,3.0,4.0,5.0,6.0]");
    }

    @Test
    void aModelOnWhichTheEngineDiesAtAGuessIsServed() throws Exception {
        assertThat(answer(OnnxModels.divides(), "n", "INT32", "[1]", "[3]")).contains("\"data\":[-429496729]");
    }

    private String answer(ModelProto model, String input, String type, String shape, String data) throws Exception {
        Path models = OnnxModels.write(folder, model);
        try (ServeProcess server = ServeProcess.start(models, SMALL_HEAP);
                HttpClient client = HttpClient.newHttpClient()) {
            String body = "{\"inputs\":[{\"name\":\"" + input + "\",\"shape\":" + shape + ",\"datatype\":\"" + type
                    + "\",\"data\":" + data + "}]}";
            return client.send(infer(server.port(), body), BodyHandlers.ofString())
                    .body();
        }
    }

    private static boolean seenInFlight(HttpClient client, ServeProcess server, CompletableFuture<?> answer)
            throws Exception {
        while (!answer.isDone()) {
            if (get(client, server.port(), "/metrics").body().contains("edgeai_inference_in_flight 1.0")) {
                return true;
            }
        }
        return false;
    }

    /** y = repeated multiplication of a square matrix, n times; the time grows with n. */
    private static ModelProto slow() {
        GraphProto body = GraphProto.newBuilder()
                .setName("body")
                .addInput(OnnxModels.value("i", TensorProto.DataType.INT64))
                .addInput(OnnxModels.value("go", TensorProto.DataType.BOOL))
                .addInput(OnnxModels.value("m", 128, 128))
                .addOutput(OnnxModels.value("go_on", TensorProto.DataType.BOOL))
                .addOutput(OnnxModels.value("next", 128, 128))
                .addNode(OnnxModels.node("Identity", List.of("go"), "go_on"))
                .addNode(OnnxModels.node("MatMul", List.of("m", "w"), "next"))
                .build();
        float[] identity = new float[128 * 128];
        for (int i = 0; i < 128; i++) {
            identity[129 * i] = 1;
        }
        return OnnxModels.model(GraphProto.newBuilder()
                .setName("slow")
                .addInput(OnnxModels.value("n", TensorProto.DataType.INT64, 1))
                .addOutput(OnnxModels.value("y", 128, 128))
                .addInitializer(OnnxModels.weights("w", identity, 128, 128))
                .addNode(OnnxModels.node(
                        "Loop",
                        List.of("n", "", "w"),
                        "y",
                        AttributeProto.newBuilder()
                                .setName("body")
                                .setType(AttributeProto.AttributeType.GRAPH)
                                .setG(body)
                                .build()))
                .build());
    }

    private static String slowBody(int times) {
        return "{\"inputs\":[{\"name\":\"n\",\"shape\":[1],\"datatype\":\"INT64\",\"data\":[" + times + "]}],"
                + "\"parameters\":{\"binary_data_output\":true}}";
    }

    private static HttpRequest infer(int port, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v2/models/m/infer"))
                .timeout(Duration.ofSeconds(30))
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private static HttpResponse<String> get(HttpClient client, int port, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return client.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build(), BodyHandlers.ofString());
    }

    /** Clients under load that send to whoever is ready, as kube-proxy does. */
    private static final class Clients implements AutoCloseable {
        final List<Integer> ready = new CopyOnWriteArrayList<>();
        final Queue<String> failures = new ConcurrentLinkedQueue<>();
        final AtomicInteger asksToClose = new AtomicInteger();
        private final AtomicInteger answers = new AtomicInteger();
        private final AtomicBoolean stop = new AtomicBoolean();
        private final HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        private final ExecutorService threads = Executors.newFixedThreadPool(5);

        Clients(int... ports) {
            for (int port : ports) {
                ready.add(port);
            }
            threads.submit(this::followReadiness);
            for (int i = 0; i < 4; i++) {
                threads.submit(this::send);
            }
        }

        /** Waits until that many more requests were answered. */
        void answered(int more) throws InterruptedException {
            int wanted = answers.get() + more;
            long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
            while (answers.get() < wanted) {
                assertThat(System.nanoTime())
                        .as("answers: " + answers + ", failures: " + failures)
                        .isLessThan(deadline);
                Thread.sleep(10);
            }
        }

        private void followReadiness() {
            while (!stop.get()) {
                for (int port : ready) {
                    try {
                        if (get(client, port, "/v2/health/ready").statusCode() != 200) {
                            Thread.sleep(200); // what it takes endpoints to reach every node
                            ready.remove(Integer.valueOf(port));
                        }
                    } catch (Exception e) {
                        failures.add("readiness: " + e);
                    }
                }
            }
        }

        private void send() {
            while (!stop.get()) {
                int port = ready.get(ThreadLocalRandom.current().nextInt(ready.size()));
                try {
                    HttpResponse<String> response = client.send(infer(port, ONE), BodyHandlers.ofString());
                    if (response.statusCode() != 200) {
                        failures.add(response.statusCode() + " " + response.body());
                    }
                    response.headers()
                            .firstValue("Connection")
                            .filter("close"::equals)
                            .ifPresent(_ -> asksToClose.incrementAndGet());
                    answers.incrementAndGet();
                } catch (Exception e) {
                    failures.add(e.toString());
                }
            }
        }

        @Override
        public void close() {
            stop.set(true);
            threads.close();
            client.close();
        }
    }
}
