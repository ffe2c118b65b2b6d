package dev.edgeai.operator.observation;

import com.sun.net.httpserver.HttpServer;
import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.operator.config.PrometheusAddresses;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.planner.analysis.LiveEvidence;
import dev.edgeai.planner.analysis.LiveMetrics;
import dev.edgeai.planner.analysis.MetricAnalysis;
import dev.edgeai.planner.analysis.MetricReading;
import dev.edgeai.planner.scrape.Scrape;
import dev.edgeai.planner.scrape.ScrapeHistory;
import dev.edgeai.planner.scrape.Silence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

class MeasurementsTest {
    private static final TargetRef TARGET = new TargetRef("vision", "digits", "cpu");
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final Watch.Comparison COMPARISON = new Watch.Comparison(
            new LiveEvidence.Subject(
                    "green", Optional.of("blue"), RolloutPolicy.defaults().analysis()),
            Instant.EPOCH,
            Map.of());

    private final AtomicInteger measured = new AtomicInteger();
    private final Measurements measurements = measuring(List.of());

    private Measurements measuring(List<String> allowed) {
        return new Measurements(
                PrometheusAddresses.of(new OperatorConfig.Prometheus(null, allowed)),
                Clock.systemUTC(),
                _ -> measured.incrementAndGet());
    }

    @AfterEach
    void close() {
        measurements.close();
    }

    @Test
    void differencesTheCountersOfBothRevisionsOverTheSameWindow() throws IOException {
        try (ServerStub green = new ServerStub("green");
                ServerStub blue = new ServerStub("blue")) {
            green.answered(1000, 0.05); // before the first scrape: counts nowhere
            Watch watch = watch(pod("g", "green", green), pod("b", "blue", blue));
            awaitRounds(watch, 1);
            green.answered(40, 0.0022);
            green.failed(10);
            green.invalid(7);
            green.cancelled(9);
            green.crowded(11);
            green.overloaded(3);
            green.probed(25, 0.0022);
            blue.answered(60, 0.0011);
            awaitRounds(watch, measured.get() + 2);

            LiveMetrics live = live(watch);
            assertThat(live.silent()).isEmpty();
            assertThat(live.watched()).hasValueSatisfying(window -> {
                assertThat(window.ok()).isEqualTo(40);
                assertThat(window.errors()).isEqualTo(10);
                assertThat(window.refused()).isEqualTo(3);
                assertThat(window.requests())
                        .as("not those of the client's doing")
                        .isEqualTo(53);
                assertThat(window.latency().quantile(0.95).orElseThrow()).isCloseTo(0.0025, within(0.0005));
            });
            assertThat(live.reference())
                    .hasValueSatisfying(window -> assertThat(window.ok()).isEqualTo(60));
            assertThat(live.watchedProbes()).hasValueSatisfying(window -> {
                assertThat(window.requests()).isEqualTo(25);
                assertThat(window.latency().count()).isEqualTo(25);
            });
        }
    }

    @Test
    void eachRoundIsEvidence() throws IOException {
        try (ServerStub green = new ServerStub("green");
                ServerStub blue = new ServerStub("blue")) {
            Watch watch = watch(pod("g", "green", green), pod("b", "blue", blue));
            awaitRounds(watch, 1);
            blue.answered(60, 0.0011);
            green.answered(60, 0.0011);
            awaitRounds(watch, measured.get() + 2);
            assertThat(MetricAnalysis.burst(live(watch))).isEmpty();
            green.failed(20);
            awaitRounds(watch, measured.get() + 2);
            assertThat(MetricAnalysis.burst(live(watch)))
                    .hasValueSatisfying(burst -> assertThat(burst.message()).contains("20 of"));
            awaitRounds(watch, measured.get() + 2);
            assertThat(MetricAnalysis.burst(live(watch)))
                    .as("it does not go away with its window")
                    .isPresent();
        }
    }

    @Test
    void aServerOfAnOlderImageHasNoProbesAndNoStart() {
        Scrape scrape = PodMetrics.read("g", Instant.EPOCH, "green", """
                edgeai_model_info{artifact="a",engine="e",revision="green"} 1
                edgeai_inference_requests_total{code="ok"} 5
                edgeai_inference_duration_seconds_bucket{le="0.1"} 5
                edgeai_inference_duration_seconds_bucket{le="+Inf"} 5
                """);
        assertThat(scrape.users().ok()).isEqualTo(5);
        assertThat(scrape.probes().requests()).isZero();
        assertThat(scrape.started()).isEmpty();
    }

    @Test
    void whatIsNoCountIsNotBelieved() {
        for (String value : List.of("NaN", "+Inf", "-1")) {
            assertThatThrownBy(() -> PodMetrics.read("g", Instant.EPOCH, "green", """
                            edgeai_model_info{artifact="a",engine="e",revision="green"} 1
                            edgeai_inference_requests_total{code="error"} %s
                            """.formatted(value)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("edgeai_inference_requests_total");
        }
    }

    @Test
    void aPodThatDoesNotAnswerIsNamed() throws IOException {
        try (ServerSocket silent = new ServerSocket(0);
                ServerStub green = new ServerStub("green")) {
            Watch watch = watch(
                    pod("g", "green", green),
                    new Watch.Pod("mute", "green", "127.0.0.1:" + silent.getLocalPort(), true));
            awaitRounds(watch, 1);
            assertThat(measurements.watch(TARGET, watch).silent())
                    .hasValueSatisfying(why -> assertThat(why).contains("mute").contains("did not answer within"));
            assertThat(scrapes(measurements.watch(TARGET, watch), "green").scrapes())
                    .isNotEmpty();
        }
    }

    @Test
    void aVersionThatIsMuteBesideOneThatAnswersIsLookedAtAgainSoon() throws IOException {
        try (ServerSocket silent = new ServerSocket(0);
                ServerStub blue = new ServerStub("blue")) {
            Watch.Pod mute = new Watch.Pod("g", "green", "127.0.0.1:" + silent.getLocalPort(), false);
            Watch watch =
                    new Watch(List.of(mute, pod("b", "blue", blue)), List.of(), COMPARISON, Duration.ofMinutes(10));
            awaitRounds(watch, 2);
            assertThat(live(watch).silence())
                    .hasValueSatisfying(silence -> assertThat(silence.rounds()).isGreaterThanOrEqualTo(2));
            assertThat(live(watch).silent())
                    .as("that of a pod that is not ready makes no metric unreadable")
                    .isEmpty();
        }
    }

    @Test
    void aPodThatRefusesConnectionsIsNotMute() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }
        try (ServerStub blue = new ServerStub("blue")) {
            Watch watch = watch(new Watch.Pod("g", "green", "127.0.0.1:" + port, true), pod("b", "blue", blue));
            awaitRounds(watch, 2);
            assertThat(live(watch).silent()).isPresent();
            assertThat(live(watch).silence()).isEmpty();
        }
    }

    @Test
    void anAddressThatBelongsToAnotherRevisionByNowIsNotBelieved() throws IOException {
        try (ServerStub other = new ServerStub("blue")) {
            Watch watch = watch(pod("g", "green", other));
            awaitRounds(watch, 1);
            Readings readings = measurements.watch(TARGET, watch);
            assertThat(readings.silent())
                    .hasValueSatisfying(why -> assertThat(why).contains("is of revision blue instead of green"));
            assertThat(scrapes(readings, "green").scrapes()).isEmpty();
        }
    }

    @Test
    void afterForgettingTheFirstWindowIsEmptyAgain() throws IOException {
        try (ServerStub green = new ServerStub("green")) {
            Watch watch = watch(pod("g", "green", green));
            awaitRounds(watch, 3);
            measurements.forget(TARGET);
            assertThat(measurements.watch(TARGET, watch).scrapes()).isEmpty();
        }
    }

    @Test
    void aTargetNobodyAsksForIsForgotten() throws IOException {
        try (ServerStub green = new ServerStub("green")) {
            Watch watch = new Watch(List.of(pod("g", "green", green)), List.of(), COMPARISON, Duration.ofMillis(1));
            measurements.watch(TARGET, watch);
            await().atMost(Duration.ofSeconds(30)).until(() -> measured.get() == MeasurementLoop.UNASKED_ROUNDS);
            await().pollDelay(Duration.ofSeconds(1)).until(() -> measured.get() == MeasurementLoop.UNASKED_ROUNDS);
            assertThat(measurements.watch(TARGET, watch).scrapes()).isEmpty();
        }
    }

    @Test
    void asksPrometheusForOneNumber() throws IOException {
        assertThat(ask("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":"
                        + "[{\"metric\":{},\"value\":[1.0,\"0.93\"]}]}}"))
                .isEqualTo(new MetricReading.Value(0.93));
        assertThat(ask("{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1.0,\"7\"]}}"))
                .isEqualTo(new MetricReading.Value(7));
        assertThat(ask("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}"))
                .isInstanceOfSatisfying(
                        MetricReading.Unreadable.class,
                        unreadable -> assertThat(unreadable.message())
                                .contains("up == 1")
                                .contains("0 series"));
        assertThat(ask("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":"
                        + "[{\"metric\":{},\"value\":[1.0,\"NaN\"]}]}}"))
                .isInstanceOf(MetricReading.Unreadable.class);
        assertThat(ask("<html>")).isInstanceOf(MetricReading.Unreadable.class);
    }

    private MetricReading ask(String answer) throws IOException {
        HttpServer prometheus = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        prometheus.createContext("/api/v1/query", exchange -> {
            boolean asked = "query=up+%3D%3D+1".equals(exchange.getRequestURI().getRawQuery());
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(asked ? 200 : 400, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        prometheus.start();
        String address = address(prometheus);
        try (Measurements allowing = measuring(List.of(address))) {
            return ask(allowing, address);
        } finally {
            prometheus.stop(0);
        }
    }

    private MetricReading ask(Measurements asking, String address) {
        Watch watch = new Watch(
                List.of(), List.of(new Watch.Query("mine", Optional.of(address), "up == 1")), COMPARISON, INTERVAL);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> asking.watch(TARGET, watch).queries().containsKey("mine"));
        return Objects.requireNonNull(asking.watch(TARGET, watch).queries().get("mine"));
    }

    /** A server in the operator's reach that counts who calls, and answers as told. */
    private static HttpServer listening(AtomicInteger calls, int code, String location) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            calls.incrementAndGet();
            exchange.getResponseHeaders().add("Location", location);
            byte[] body =
                    "{\"data\":{\"resultType\":\"scalar\",\"result\":[1.0,\"7\"]}}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(code, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static String address(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Test
    void anAddressThatNobodyAllowedIsNotCalled() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        HttpServer metadata = listening(calls, 200, "");
        try {
            assertThat(ask(measurements, address(metadata)))
                    .isInstanceOfSatisfying(
                            MetricReading.Unreadable.class,
                            unreadable -> assertThat(unreadable.message())
                                    .contains("is refused")
                                    .contains("prometheus.allowed"));
            assertThat(calls).hasValue(0);
        } finally {
            metadata.stop(0);
        }
    }

    @Test
    void anAllowedServerCannotSendTheOperatorElsewhere() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger redirects = new AtomicInteger();
        HttpServer metadata = listening(calls, 200, "");
        HttpServer prometheus = listening(redirects, 302, address(metadata));
        try (Measurements allowing = measuring(List.of(address(prometheus)))) {
            assertThat(ask(allowing, address(prometheus)))
                    .isInstanceOfSatisfying(
                            MetricReading.Unreadable.class,
                            unreadable -> assertThat(unreadable.message()).contains("answered 302"));
            assertThat(redirects.get()).isPositive();
            assertThat(calls).hasValue(0);
        } finally {
            metadata.stop(0);
            prometheus.stop(0);
        }
    }

    private void awaitRounds(Watch watch, int rounds) {
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            measurements.watch(TARGET, watch);
            return measured.get() >= rounds;
        });
    }

    private LiveMetrics live(Watch watch) {
        Readings readings = measurements.watch(TARGET, watch);
        return LiveMetrics.of(
                scrapes(readings, "green"),
                Optional.of(scrapes(readings, "blue")),
                Instant.EPOCH,
                INTERVAL,
                true,
                readings.silent(),
                Silence.of(readings.rounds(), "green", "blue"),
                readings.evidence());
    }

    private static ScrapeHistory scrapes(Readings readings, String revision) {
        return readings.scrapes().getOrDefault(revision, ScrapeHistory.EMPTY);
    }

    private static Watch watch(Watch.Pod... pods) {
        return new Watch(List.of(pods), List.of(), COMPARISON, INTERVAL);
    }

    private static Watch.Pod pod(String name, String revision, ServerStub server) {
        return new Watch.Pod(name, revision, server.address(), true);
    }
}
