package dev.edgeai.runtime.server;

import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.testing.OnnxModels;
import dev.edgeai.runtime.testing.WrappedModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.BindException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** What a server does under many requests at once, and what its metrics say of them. */
class ServingTest {
    private static final ServerOptions OPTIONS = new ServerOptions(0, 2, 64, 1 << 20, 8 << 20);
    private static final String ONE =
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[%s,%s]}]}";

    @TempDir
    Path folder;

    @Test
    void answersGivenAtTheSameTimeAreNotMixedUp() throws Exception {
        try (TestServer server = linear(Optional.empty());
                ExecutorService clients = Executors.newFixedThreadPool(8)) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                String body = ONE.formatted(i, 1);
                answers.add(clients.submit(() -> server.infer(body).body()));
            }
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).contains("\"data\":[" + (i + 10.0f) + "," + (2 * i + 20.0f) + "]");
            }
        }
    }

    @Test
    void probesAreCountedApartFromUsersAndTheirFailuresToo() throws Exception {
        try (TestServer server = linear(Optional.of(Task.IMAGE_CLASSIFICATION))) {
            server.infer(ONE.formatted(1, 1));
            for (String body : List.of(ONE.formatted(2, 2), ONE.formatted(3, 3), "{}")) {
                server.send(HttpRequest.newBuilder(server.uri("/v2/models/m/infer"))
                        .header("X-EdgeAI-Probe", "1")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
            }

            assertThat(settled(server))
                    .containsEntry("edgeai_inference_requests_total{code=\"ok\"}", 1.0)
                    .containsEntry("edgeai_inference_requests_total{code=\"invalid\"}", 0.0)
                    .containsEntry("edgeai_inference_duration_seconds_count", 1.0)
                    .containsEntry("edgeai_prediction_confidence_count", 1.0)
                    .containsEntry("edgeai_probe_requests_total{code=\"ok\"}", 2.0)
                    .containsEntry("edgeai_probe_requests_total{code=\"invalid\"}", 1.0)
                    .containsEntry("edgeai_probe_duration_seconds_count", 2.0)
                    .containsKey("process_start_time_seconds");
        }
    }

    @Test
    void eachRequestIsCountedOnceByHowItEndedAndOnlyAnswersAreTimed() throws Exception {
        try (TestServer server = linear(Optional.of(Task.IMAGE_CLASSIFICATION))) {
            for (int i = 0; i < 30; i++) {
                server.infer(ONE.formatted(i, i));
            }
            for (int i = 0; i < 5; i++) {
                server.infer("{}");
            }
            server.post("/v2/models/other/infer", ONE.formatted(1, 1));
            server.get("/v2/health/ready");
            server.get("/v2/models/m");

            Map<String, Double> metrics = settled(server);

            assertThat(metrics)
                    .containsEntry("edgeai_inference_requests_total{code=\"ok\"}", 30.0)
                    .containsEntry("edgeai_inference_requests_total{code=\"invalid\"}", 6.0)
                    .containsEntry("edgeai_inference_requests_total{code=\"error\"}", 0.0)
                    .containsEntry("edgeai_inference_requests_total{code=\"overloaded\"}", 0.0)
                    .containsEntry("edgeai_inference_duration_seconds_count", 30.0)
                    .containsEntry("edgeai_inference_duration_seconds_bucket{le=\"+Inf\"}", 30.0)
                    .containsEntry("edgeai_prediction_confidence_count", 30.0)
                    .containsEntry("edgeai_inference_in_flight", 0.0)
                    .containsEntry(
                            "edgeai_model_info{artifact=\"" + TestServer.CERTIFIED.artifact()
                                    + "\",engine=\"OnnxRuntime\",revision=\"r7\"}",
                            1.0);
        }
    }

    @Test
    void theDurationHistogramGrowsWithLeAndSpans100MicrosecondsTo10Seconds() throws Exception {
        try (TestServer server = linear(Optional.empty())) {
            for (int i = 0; i < 50; i++) {
                server.infer(ONE.formatted(i, i));
            }
            Map<Double, Double> buckets = new java.util.TreeMap<>();
            settled(server).forEach((name, value) -> {
                if (name.startsWith("edgeai_inference_duration_seconds_bucket")) {
                    String le = name.substring(name.indexOf('"') + 1, name.lastIndexOf('"'));
                    buckets.put(le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le), value);
                }
            });

            assertThat(new ArrayList<>(buckets.values())).isSorted().endsWith(50.0);
            assertThat(buckets)
                    .containsKeys(1e-4, 1.25e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0)
                    .hasSize(52);
            assertThat(new ArrayList<>(buckets.keySet())).isSorted();
        }
    }

    @Test
    void confidenceIsTheSoftmaxOfLogitsForEachSample() throws Exception {
        try (TestServer server = linear(Optional.of(Task.IMAGE_CLASSIFICATION))) {
            // logits [0, 0] and [ln 3, 2 ln 3]: probabilities 1/2 and 3/4
            server.infer("{\"inputs\":[{\"name\":\"x\",\"shape\":[2,2],\"datatype\":\"FP32\",\"data\":[0,0,"
                    + Math.log(3) + ",0]}]}");

            Map<String, Double> metrics = settled(server);

            assertThat(metrics).containsEntry("edgeai_prediction_confidence_count", 2.0);
            assertThat(metrics.get("edgeai_prediction_confidence_sum")).isCloseTo(1.25, within(1e-6));
        }
    }

    @Test
    void aModelThatIsNoClassifierHasNoConfidence() throws Exception {
        try (TestServer server = linear(Optional.of(Task.TEXT_EMBEDDING))) {
            server.infer(ONE.formatted(1, 1));

            assertThat(server.get("/metrics").body()).doesNotContain("edgeai_prediction_confidence");
        }
    }

    @Test
    void whenTheHouseIsFullMoreIsTurnedAwayAtOnceAndTheOthersAreAnswered() throws Exception {
        Held held = new Held(linearModel());
        ServerOptions small = new ServerOptions(0, 2, 3, 1 << 20, 8 << 20);
        try (TestServer server = TestServer.start(held, Optional.empty(), small);
                ExecutorService clients = Executors.newFixedThreadPool(5)) {
            List<Future<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                answers.add(clients.submit(() -> server.infer(ONE.formatted(1, 1))));
            }
            TestServer.until(() -> server.inFlight() == 5);

            HttpResponse<String> more = server.infer(ONE.formatted(1, 1));
            assertThat(more.statusCode()).isEqualTo(503);
            assertThat(more.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(more.body()).contains("at its limit of waiting requests");
            assertThat(server.get("/v2/health/ready").statusCode()).isEqualTo(200);

            held.release.countDown();
            for (Future<HttpResponse<String>> answer : answers) {
                assertThat(answer.get().statusCode()).isEqualTo(200);
            }
            assertThat(held.most).as("inferences at once").hasValue(2);
            assertThat(settled(server)).containsEntry("edgeai_inference_requests_total{code=\"overloaded\"}", 1.0);
        }
    }

    @Test
    void bodiesBeyondTheBufferAreTurnedAway() throws Exception {
        Held held = new Held(linearModel());
        ServerOptions tight = new ServerOptions(0, 2, 8, 1 << 16, 1 << 16);
        String body = ONE.formatted(1, 1) + " ".repeat(50_000);
        try (TestServer server = TestServer.start(held, Optional.empty(), tight);
                ExecutorService clients = Executors.newFixedThreadPool(2)) {
            Future<HttpResponse<String>> first = clients.submit(() -> server.infer(body));
            TestServer.until(() -> held.running.get() == 1);

            assertThat(server.infer(body).statusCode()).isEqualTo(503);
            Future<HttpResponse<String>> small = clients.submit(() -> server.infer(ONE.formatted(1, 1)));
            TestServer.until(() -> held.running.get() == 2);

            held.release.countDown();
            assertThat(first.get().statusCode()).isEqualTo(200);
            assertThat(small.get().statusCode()).as("a small one has its own").isEqualTo(200);
            TestServer.until(() -> server.inFlight() == 0);
            assertThat(server.infer(body).statusCode()).isEqualTo(200);
            assertThat(settled(server))
                    .as("what others send tells nothing of the model")
                    .containsEntry("edgeai_inference_requests_total{code=\"crowded\"}", 1.0)
                    .containsEntry("edgeai_inference_requests_total{code=\"overloaded\"}", 0.0);
        }
    }

    @Test
    void anEngineThatFailsIsTheModelsErrorAndTheServerGoesOn() throws Exception {
        LoadedModel failing = new WrappedModel(linearModel()) {
            @Override
            public Map<String, Tensor> infer(Map<String, Tensor> inputs) {
                throw new EngineException("the accelerator is gone");
            }
        };
        try (TestServer server = TestServer.start(failing, Optional.empty(), OPTIONS)) {
            HttpResponse<String> response = server.infer(ONE.formatted(1, 1));

            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(response.body()).isEqualTo("{\"error\":\"the accelerator is gone\"}");
            assertThat(settled(server))
                    .containsEntry("edgeai_inference_requests_total{code=\"error\"}", 1.0)
                    .containsEntry("edgeai_inference_duration_seconds_count", 0.0);
        }
    }

    @Test
    void memoryThatRunsOutIsTheRequestsOwnMatter() throws Exception {
        LoadedModel greedy = new WrappedModel(linearModel()) {
            @Override
            public Map<String, Tensor> infer(Map<String, Tensor> inputs) {
                throw new OutOfMemoryError("Java heap space");
            }
        };
        try (TestServer server = TestServer.start(greedy, Optional.empty(), OPTIONS)) {
            assertThat(server.infer(ONE.formatted(1, 1)).statusCode()).isEqualTo(413);
            assertThat(settled(server))
                    .containsEntry("edgeai_inference_requests_total{code=\"invalid\"}", 1.0)
                    .containsEntry("edgeai_inference_requests_total{code=\"error\"}", 0.0);
        }
    }

    @Test
    void drainingFailsReadinessAtOnceAnswersWhatComesAndWaitsForWhatIsInFlight() throws Exception {
        Held held = new Held(linearModel());
        try (TestServer server = TestServer.start(held, Optional.empty(), OPTIONS);
                ExecutorService others = Executors.newFixedThreadPool(2)) {
            int port = server.port();
            Future<HttpResponse<String>> inFlight = others.submit(() -> server.infer(ONE.formatted(1, 1)));
            TestServer.until(() -> server.inFlight() == 1);
            Future<?> drained = others.submit(() -> {
                server.server().drain(Duration.ofMillis(300), Duration.ofSeconds(20));
                return null;
            });
            TestServer.until(() -> server.get("/v2/health/ready").statusCode() == 503);

            assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
            assertThat(drained.isDone()).isFalse();
            held.release.countDown();
            HttpResponse<String> late = server.infer(ONE.formatted(1, 1));
            assertThat(late.statusCode()).isEqualTo(200);
            assertThat(late.headers().firstValue("Connection")).hasValue("close");
            assertThat(inFlight.get().statusCode()).isEqualTo(200);
            drained.get(60, TimeUnit.SECONDS);
            assertThat(portIsClosed(port)).isTrue();
        }
    }

    @Test
    void aRequestThatHadBegunToArriveIsAnsweredThoughDrainingIsOver() throws Exception {
        try (TestServer server = linear(Optional.empty());
                ExecutorService others = Executors.newFixedThreadPool(1);
                Socket caller = new Socket("127.0.0.1", server.port())) {
            caller.getOutputStream().write("GET /v2/health/live HTTP/1.1\r\n".getBytes(US_ASCII));
            Thread.sleep(200);
            Future<?> drained = others.submit(() -> {
                server.server().drain(Duration.ofMillis(100), Duration.ofSeconds(20));
                return null;
            });
            Thread.sleep(1_500);

            caller.getOutputStream().write("Host: model\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));

            assertThat(new String(caller.getInputStream().readAllBytes(), US_ASCII))
                    .startsWith("HTTP/1.1 200");
            drained.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void drainingEndsWhenItsTimeIsUp() throws Exception {
        Held held = new Held(linearModel());
        try (TestServer server = TestServer.start(held, Optional.empty(), OPTIONS);
                ExecutorService others = Executors.newFixedThreadPool(1)) {
            others.submit(() -> server.infer(ONE.formatted(1, 1)));
            TestServer.until(() -> server.inFlight() == 1);
            long start = System.nanoTime();

            server.server().drain(Duration.ofMillis(100), Duration.ofMillis(500));

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(500));
            held.release.countDown();
        }
    }

    @Test
    void aCallerWhoLeavesWhileItWaitsHasNoTurn() throws Exception {
        Held held = new Held(linearModel());
        ServerOptions one = new ServerOptions(0, 1, 8, 1 << 20, 8 << 20);
        try (TestServer server = TestServer.start(held, Optional.empty(), one);
                ExecutorService clients = Executors.newFixedThreadPool(1)) {
            Future<HttpResponse<String>> first = clients.submit(() -> server.infer(ONE.formatted(1, 1)));
            TestServer.until(() -> held.running.get() == 1);
            String body = ONE.formatted(2, 2);
            try (RawCaller waits = new RawCaller(server.port())) {
                waits.post("/v2/models/m/infer", "Content-Length: " + body.length())
                        .send(body);
                TestServer.until(() -> server.inFlight() == 2);
            }
            TestServer.until(() -> server.inFlight() == 1);

            held.release.countDown();

            assertThat(first.get().statusCode()).isEqualTo(200);
            assertThat(settled(server))
                    .containsEntry("edgeai_inference_requests_total{code=\"ok\"}", 1.0)
                    .containsEntry("edgeai_inference_requests_total{code=\"cancelled\"}", 1.0);
        }
    }

    @Test
    void aRequestWhoseTurnDoesNotComeIsToldAtItsDeadline() throws Exception {
        Held held = new Held(linearModel());
        ServerOptions one = deadlines(Duration.ofMillis(300), Duration.ofMinutes(5));
        try (TestServer server = TestServer.start(held, Optional.empty(), one);
                ExecutorService clients = Executors.newFixedThreadPool(1)) {
            Future<HttpResponse<String>> first = clients.submit(() -> server.infer(ONE.formatted(1, 1)));
            TestServer.until(() -> held.running.get() == 1);

            HttpResponse<String> second = server.infer(ONE.formatted(2, 2));

            assertThat(second.statusCode()).isEqualTo(503);
            assertThat(second.body()).contains("its turn did not come");
            held.release.countDown();
            assertThat(first.get().statusCode()).isEqualTo(503);
        }
    }

    @Test
    void anInferenceThatHangsIsToldAtItsDeadlineAndKeepsItsTurnAndItsMemory() throws Exception {
        Held held = new Held(linearModel());
        Duration deadline = Duration.ofMillis(300);
        ServerOptions one = new ServerOptions(
                0, 1, 8, 1 << 16, 1 << 16, 64, new ServerOptions.Deadlines(deadline, deadline, Duration.ofMinutes(5)));
        String large = ONE.formatted(1, 1) + " ".repeat(50_000);
        try (TestServer server = TestServer.start(held, Optional.empty(), one)) {
            HttpResponse<String> hangs = server.infer(large);

            assertThat(hangs.statusCode()).isEqualTo(503);
            assertThat(hangs.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(hangs.body()).contains("the inference had not ended");
            assertThat(server.infer(ONE.formatted(2, 2)).body()).contains("its turn did not come");
            assertThat(server.infer(large).body()).contains("the memory for requests is taken");
            assertThat(held.most).as("inferences at once").hasValue(1);
            assertThat(server.inFlight()).isEqualTo(1);

            held.release.countDown();

            assertThat(settled(server)).containsEntry("edgeai_inference_requests_total{code=\"overloaded\"}", 2.0);
            assertThat(server.infer(large).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void anEngineThatHangsIsSeenByLiveness() throws Exception {
        Held held = new Held(linearModel());
        ServerOptions one = deadlines(Duration.ofMinutes(5), Duration.ofMillis(300));
        try (TestServer server = TestServer.start(held, Optional.empty(), one);
                ExecutorService clients = Executors.newFixedThreadPool(1)) {
            assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
            Future<HttpResponse<String>> hangs = clients.submit(() -> server.infer(ONE.formatted(1, 1)));

            TestServer.until(() -> server.get("/v2/health/live").statusCode() == 503);

            held.release.countDown();
            assertThat(hangs.get().statusCode()).isEqualTo(200);
            assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
        }
    }

    private static ServerOptions deadlines(Duration request, Duration hung) {
        return new ServerOptions(
                0, 1, 8, 1 << 20, 8 << 20, 64, new ServerOptions.Deadlines(Duration.ofSeconds(10), request, hung));
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        try (TestServer server = linear(Optional.empty())) {
            ServerOptions same = new ServerOptions(server.port(), 1, 8, 1 << 20, 8 << 20);

            assertThatThrownBy(() -> TestServer.start(linearModel(), Optional.empty(), same))
                    .hasRootCauseInstanceOf(BindException.class)
                    .hasMessageContaining("port " + server.port() + " is in use");
        }
    }

    private TestServer linear(Optional<Task> task) throws Exception {
        return TestServer.start(linearModel(), task, OPTIONS);
    }

    private LoadedModel linearModel() throws Exception {
        return TestServer.load(OnnxModels.write(folder, OnnxModels.linear(new float[][] {{1, 2}, {10, 20}})));
    }

    /** The metrics once nothing is in flight, for a request is counted after its answer was written. */
    private static Map<String, Double> settled(TestServer server) throws Exception {
        TestServer.until(() -> server.inFlight() == 0);
        Thread.sleep(50);
        return server.metrics();
    }

    private static boolean portIsClosed(int port) {
        try (var socket = new Socket("127.0.0.1", port)) {
            return false;
        } catch (java.io.IOException _) {
            return true;
        }
    }

    /** A real model whose inferences wait until they are released. */
    private static final class Held extends WrappedModel {
        final CountDownLatch release = new CountDownLatch(1);
        final AtomicInteger running = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();

        Held(LoadedModel model) {
            super(model);
        }

        @Override
        public Map<String, Tensor> infer(Map<String, Tensor> inputs) {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            try {
                release.await();
                return super.infer(inputs);
            } catch (InterruptedException e) {
                throw new EngineException("interrupted", e);
            } finally {
                running.decrementAndGet();
            }
        }
    }
}
