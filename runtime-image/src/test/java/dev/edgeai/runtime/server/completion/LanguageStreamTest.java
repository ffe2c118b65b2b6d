package dev.edgeai.runtime.server.completion;

import dev.edgeai.runtime.server.RawCaller;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static org.assertj.core.api.Assertions.assertThat;

/** Streams that do not end as usual. Skipped where llama.cpp's libraries are not installed. */
@Timeout(120)
class LanguageStreamTest {
    /** Deep enough that an answer takes a while. */
    private static final int LAYERS = 64;

    private static final int TOKENS = 480;

    @TempDir
    Path folder;

    private LanguageTestServer server;

    @BeforeEach
    void serve() throws Exception {
        server = LanguageTestServer.start(folder, LAYERS);
    }

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void aCallerWhoGoesAwayEndsItsGenerationWhichIsNotTheModelsFault() throws Exception {
        try (Socket caller = begin()) {
            caller.setSoLinger(true, 0); // closing resets the connection
        }

        while (sample("edgeai_inference_in_flight") > 0) {
            Thread.sleep(20);
        }
        assertThat(sample("edgeai_generated_tokens_total")).isPositive().isLessThan(TOKENS);
        assertThat(sample("edgeai_inference_requests_total{code=\"cancelled\"}"))
                .isOne();
        assertThat(sample("edgeai_inference_requests_total{code=\"invalid\"}")).isZero();
        assertThat(sample("edgeai_inference_requests_total{code=\"error\"}")).isZero();
    }

    @Test
    void aCallerWhoLeavesAnAnswerThatIsNotStreamedEndsItToo() throws Exception {
        try (RawCaller caller = new RawCaller(server.server().port())) {
            String body = "{\"prompt\":\"Hello\",\"max_tokens\":" + TOKENS + "}";
            caller.post("/v1/completions", "Content-Length: " + body.length()).send(body);
            while (sample("edgeai_generated_tokens_total") == 0) {
                Thread.sleep(5);
            }
        }

        while (sample("edgeai_inference_in_flight") > 0) {
            Thread.sleep(20);
        }
        assertThat(sample("edgeai_generated_tokens_total")).isPositive().isLessThan(TOKENS);
        assertThat(sample("edgeai_inference_requests_total{code=\"cancelled\"}"))
                .isOne();
    }

    @Test
    void drainingWaitsForAStreamThatHasBegun() throws Exception {
        try (Socket caller = begin();
                ExecutorService others = Executors.newSingleThreadExecutor()) {
            Future<?> drained = others.submit(() -> {
                server.server().drain(Duration.ofMillis(100), Duration.ofSeconds(60));
                return null;
            });
            while (get("/v2/health/ready").statusCode() != 503) {
                Thread.sleep(20);
            }
            assertThat(drained.isDone()).isFalse();
            assertThat(new String(caller.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("data: [DONE]\n\n");
            drained.get();
        }
    }

    /** A caller who has read the first event of an answer. */
    private Socket begin() throws IOException {
        String body = "{\"prompt\":\"Hello\",\"stream\":true,\"max_tokens\":" + TOKENS + "}";
        Socket caller = new Socket("127.0.0.1", server.server().port());
        caller.getOutputStream()
                .write(("POST /v1/completions HTTP/1.1\r\nHost: m\r\nConnection: close\r\nContent-Length: "
                                + body.length() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.US_ASCII));
        InputStream answer = caller.getInputStream();
        StringBuilder read = new StringBuilder();
        while (read.indexOf("data: {") < 0) {
            int next = answer.read();
            assertThat(next).as("after %s", read).isNotNegative();
            read.append((char) next);
        }
        return caller;
    }

    private double sample(String name) throws Exception {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    private HttpResponse<String> get(String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(server.uri(path)).build(), BodyHandlers.ofString());
        }
    }
}
