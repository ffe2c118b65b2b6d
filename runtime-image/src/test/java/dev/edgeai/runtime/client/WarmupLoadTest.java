package dev.edgeai.runtime.client;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.trial.WarmupResult.Side;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.client.FakeServer.Behaviour;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** The warm-up's client against servers and ways that misbehave. */
class WarmupLoadTest {
    private static final Duration PATIENT = Duration.ofSeconds(60);

    private static WarmupResult warmUp(Endpoint candidate, Optional<Endpoint> stable, Duration timeout)
            throws InterruptedException {
        List<String> prompts =
                IntStream.range(0, 20).mapToObj(i -> "sample " + i).toList();
        return new WarmupLoad(candidate, stable, "m", timeout, 1, Duration.ofMinutes(5))
                .run(SampleSet.of(prompts, 4), 20, _ -> {});
    }

    private static Side candidate(WarmupResult result) {
        return Objects.requireNonNull(result.candidate());
    }

    @Test
    void eachSampleGoesToBothFirstToEachInTurn() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        try (FakeServer green = new FakeServer("green", noting("g", order));
                FakeServer blue = new FakeServer("blue", noting("b", order))) {
            List<Integer> told = new ArrayList<>();
            WarmupResult result = new WarmupLoad(
                            green.endpoint("green"),
                            Optional.of(blue.endpoint("blue")),
                            "m",
                            PATIENT,
                            1,
                            Duration.ofMinutes(5))
                    .run(SampleSet.of(List.of("Hello", "Goodbye"), 4), 200, told::add);

            assertThat(order).startsWith("g", "b", "b", "g", "g", "b", "b", "g").hasSize(32);
            assertThat(green.bodies).isEqualTo(blue.bodies);
            assertThat(green.probes).as("none counts as a user's").doesNotContain(false);
            assertThat(told).hasSize(16).endsWith(16);
            assertThat(candidate(result).answered()).isEqualTo(16);
            assertThat(Objects.requireNonNull(result.stable()).answered()).isEqualTo(16);
            assertThat(Objects.requireNonNull(result.ratio()).samples()).isEqualTo(16);
            assertThat(result.ratio().lower())
                    .isLessThanOrEqualTo(result.ratio().upper());
            assertThat(result.failed()).isZero();
            WarmupResult.Micros p95 = Objects.requireNonNull(candidate(result).p95());
            assertThat(p95.value()).isBetween(p95.lower(), p95.upper()).isEqualTo(result.latencyP95Micros());
        }
    }

    private static Behaviour noting(String name, List<String> order) {
        return (server, exchange) -> {
            order.add(name);
            FakeServer.GOOD.on(server, exchange);
        };
    }

    @ParameterizedTest(name = "{1} of ''{0}'': {2} own errors, {3} refused, {4} unreachable")
    @CsvSource({
        "green, 500, 20, 0, 0", // its own error
        "green, 400, 20, 0, 0", // it does not take the samples it was certified with
        "green, 503, 0, 20, 0", // full
        "green, 429, 0, 20, 0",
        "green, 502, 0, 0, 20",
        "'', 500, 0, 0, 20", // a proxy's
        "'', 503, 0, 0, 20",
        "'', 404, 0, 0, 20",
        "blue, 200, 0, 0, 20", // a Service that still reaches another revision
        "blue, 500, 0, 0, 20",
    })
    void aStatusTellsWhoFailed(String revision, int status, int own, int refused, int unreachable) throws Exception {
        try (FakeServer server = new FakeServer(
                revision, (s, exchange) -> s.answer(exchange, status, "{\"choices\":[{\"text\":\"x\"}]}"))) {
            WarmupResult result = warmUp(server.endpoint("green"), Optional.empty(), PATIENT);
            assertThat(candidate(result).modelErrors()).isEqualTo(own);
            assertThat(candidate(result).refused()).isEqualTo(refused);
            assertThat(candidate(result).unreachable()).isEqualTo(unreachable);
            assertThat(result.failed()).isEqualTo(20);
            assertThat(result.firstError()).isNotBlank();
        }
    }

    @Test
    void anAnswerThatIsNoneIsTheModels() throws Exception {
        try (FakeServer server =
                new FakeServer("green", (s, exchange) -> s.answer(exchange, 200, "{\"choices\":[]}"))) {
            assertThat(candidate(warmUp(server.endpoint("green"), Optional.empty(), PATIENT))
                            .modelErrors())
                    .isEqualTo(20);
        }
    }

    @Test
    void aBrokenConnectionIsNotTheModels() throws Exception {
        try (FakeServer server = new FakeServer("green", (_, _) -> {})) {
            assertThat(candidate(warmUp(server.endpoint("green"), Optional.empty(), PATIENT))
                            .unreachable())
                    .isEqualTo(20);
        }
    }

    @Test
    void aPodThatIsGoneIsNotTheModelsAndMakesNoPairs() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        try (FakeServer blue = new FakeServer("blue", FakeServer.GOOD)) {
            Endpoint gone = new Endpoint(URI.create("http://127.0.0.1:" + port), Optional.of("green"));
            WarmupResult result = warmUp(gone, Optional.of(blue.endpoint("blue")), PATIENT);
            assertThat(candidate(result).unreachable()).isEqualTo(20);
            assertThat(candidate(result).p95()).isNull();
            assertThat(Objects.requireNonNull(result.stable()).answered()).isEqualTo(20);
            assertThat(result.ratio()).isNull();
        }
    }

    @Test
    void aRequestThatIsLateHasTakenAtLeastTheTimeout() throws Exception {
        try (FakeServer green = new FakeServer("green", (_, _) -> Thread.sleep(PATIENT));
                FakeServer blue = new FakeServer("blue", FakeServer.GOOD)) {
            WarmupResult result =
                    warmUp(green.endpoint("green"), Optional.of(blue.endpoint("blue")), Duration.ofMillis(100));
            assertThat(candidate(result).timedOut() + candidate(result).unreachable())
                    .isEqualTo(20); // on a busy machine the connection alone may take as long
            assertThat(result.latencyP95Micros()).isGreaterThanOrEqualTo(100_000);
            assertThat(candidate(result).modelErrors()).isZero();
        }
    }

    @Test
    void theWorstResultFitsATerminationMessage() throws Exception {
        String long500 = "x".repeat(10_000);
        try (FakeServer green = new FakeServer("green", (s, exchange) -> s.answer(exchange, 500, long500));
                FakeServer blue = new FakeServer("blue", (s, exchange) -> s.answer(exchange, 503, long500))) {
            WarmupResult result = warmUp(green.endpoint("green"), Optional.of(blue.endpoint("blue")), PATIENT);
            assertThat(Json.write(result).getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(4_096);
        }
    }

    @Test
    void theIntervalOfAQuantileIsOfItsRank() {
        assertThat(Ranks.of(100, 0.5)).isEqualTo(new Ranks(49, 39, 60));
        assertThat(Ranks.of(1, 0.95)).isEqualTo(new Ranks(0, 0, 0));
        assertThat(Ranks.of(200, 0.95)).isEqualTo(new Ranks(189, 182, 197));
    }

    @Test
    void probesGoToBothAtTheSameTimeAndDoNotPileUp() throws Exception {
        try (FakeServer green = new FakeServer("green", (_, _) -> Thread.sleep(PATIENT));
                FakeServer blue = new FakeServer("blue", FakeServer.GOOD)) {
            Probe probe = new Probe(green.endpoint("green"), blue.endpoint("blue"), "m", 50, Duration.ofMillis(500));
            Probe.Result result =
                    probe.run(SampleSet.of(List.of("Hello", "Goodbye"), 4), Duration.ofSeconds(3), _ -> {});
            // 150 would be asked for; those at once are given up after half a second, and others begin
            assertThat(green.probes.size()).isBetween(1, Probe.MOST_AT_ONCE * 7);
            assertThat(blue.probes).isNotEmpty().doesNotContain(false);
            assertThat(result.watched().answered()).isZero();
            assertThat(result.reference().answered()).isPositive();
        }
    }
}
