package dev.edgeai.runtime.server;

import dev.edgeai.runtime.testing.OnnxModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Bodies that do not come as they should. */
@Timeout(180)
class BodiesTest {
    private static final ServerOptions OPTIONS = new ServerOptions(0, 2, 64, 1 << 20, 8 << 20);
    private static final int FLOOD = 64 << 20;
    private static final String INFER = "/v2/models/m/infer";
    private static final String ONE =
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[1,1]}]}";

    @TempDir
    Path folder;

    @Test
    void aCallerWhoLeavesInItsBodyIsNoErrorOfTheModel() throws Exception {
        try (TestServer server = server(OPTIONS)) {
            for (String length : List.of("Content-Length: 1000", "Transfer-Encoding: chunked")) {
                try (RawCaller leaves = new RawCaller(server.port())) {
                    leaves.post(INFER, length).send("1f4\r\n" + "x".repeat(200));
                }
                try (RawCaller resets = new RawCaller(server.port())) {
                    resets.post(INFER, length).send("1f4\r\n" + "x".repeat(200));
                    inFlight(server, 1);
                    resets.reset();
                }
            }

            assertThat(counted(server, 4))
                    .containsEntry("edgeai_inference_requests_total{code=\"invalid\"}", 4.0)
                    .containsEntry("edgeai_inference_requests_total{code=\"error\"}", 0.0);
        }
    }

    @Test
    void asManyBodiesAsAreReadAtOnceTellNothingOfTheModel() throws Exception {
        ServerOptions few = new ServerOptions(0, 2, 64, 1 << 20, 8 << 20, 20, ServerOptions.Deadlines.DEFAULT);
        List<RawCaller> stalled = new ArrayList<>();
        try (TestServer server = server(few)) {
            for (int i = 0; i < 10; i++) {
                stalled.add(new RawCaller(server.port())
                        .post(INFER, "Content-Length: 1000")
                        .send("{"));
            }
            inFlight(server, 10);

            assertThat(server.infer(ONE).statusCode()).isEqualTo(503);
            assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
            assertThat(server.metrics())
                    .containsEntry("edgeai_inference_requests_total{code=\"crowded\"}", 1.0)
                    .containsEntry("edgeai_inference_requests_total{code=\"overloaded\"}", 0.0);
        } finally {
            for (RawCaller caller : stalled) {
                caller.close();
            }
        }
    }

    @Test
    void stalledBodiesKeepNobodyOutAndAreTold() throws Exception {
        List<RawCaller> stalled = new ArrayList<>();
        try (TestServer server = server(OPTIONS)) {
            for (int i = 0; i < 300; i++) {
                stalled.add(new RawCaller(server.port())
                        .post(INFER, "Content-Length: 1000")
                        .send("{"));
            }
            inFlight(server, 66); // as many as infer and wait

            for (int i = 0; i < 20; i++) {
                assertThat(server.infer(ONE).statusCode()).isEqualTo(200);
            }
            for (RawCaller caller : stalled) {
                assertThat(caller.answer()).startsWith("HTTP/1.1 408");
            }
            assertThat(counted(server, 320))
                    .containsEntry("edgeai_inference_requests_total{code=\"invalid\"}", 300.0)
                    .containsEntry("edgeai_inference_requests_total{code=\"ok\"}", 20.0);
        } finally {
            for (RawCaller caller : stalled) {
                caller.close();
            }
        }
    }

    @Test
    void aBodyThatComesByteByByteIsStoppedAtItsDeadline() throws Exception {
        try (TestServer server = server(OPTIONS)) {
            for (String head : List.of("Content-Length: 100000", "Transfer-Encoding: chunked")) {
                try (RawCaller slow = new RawCaller(server.port())) {
                    slow.post(INFER, head).send("186a0\r\n");
                    long start = System.nanoTime();
                    Thread.ofVirtual().start(() -> drip(slow));

                    assertThat(slow.answerUpTo("\r\n")).startsWith("HTTP/1.1 408");
                    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(40));
                }
            }
        }
    }

    private static void drip(RawCaller caller) {
        try {
            while (true) {
                caller.send(" ");
                Thread.sleep(100);
            }
        } catch (Exception _) {
            // told, or closed
        }
    }

    @Test
    void aChunkedBodyTakesTheMemoryThatItNeeds() throws Exception {
        ServerOptions small = new ServerOptions(0, 2, 64, 1 << 20, 1 << 20);
        List<RawCaller> others = new ArrayList<>();
        try (TestServer server = server(small)) {
            for (int i = 0; i < 10; i++) {
                others.add(new RawCaller(server.port())
                        .post(INFER, "Transfer-Encoding: chunked")
                        .send("1\r\n{\r\n"));
            }
            inFlight(server, 10);

            assertThat(chunked(server, ONE.getBytes(StandardCharsets.UTF_8)).statusCode())
                    .isEqualTo(200);
        } finally {
            for (RawCaller caller : others) {
                caller.close();
            }
        }
    }

    @Test
    void aChunkLargerThanTheMemoryIsRefusedBeforeItHasCome() throws Exception {
        try (TestServer server = server(OPTIONS);
                RawCaller caller = new RawCaller(server.port())) {
            caller.post(INFER, "Transfer-Encoding: chunked").send("7fffffff\r\n");

            assertThat(taken(caller)).isLessThan(FLOOD);
            assertThat(counted(server, 1)).containsEntry("edgeai_inference_requests_total{code=\"invalid\"}", 1.0);
            assertThat(server.infer(ONE).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aChunkThatNobodyReadsIsNotTakenEither() throws Exception {
        try (TestServer server = server(OPTIONS);
                RawCaller caller = new RawCaller(server.port())) {
            caller.post("/nowhere", "Transfer-Encoding: chunked").send("7fffffff\r\n");

            assertThat(taken(caller)).isLessThan(FLOOD);
            assertThat(server.infer(ONE).statusCode()).isEqualTo(200);
        }
    }

    /** Bytes that a caller got rid of before the connection was closed, or all of the flood. */
    private static int taken(RawCaller caller) throws Exception {
        byte[] block = new byte[1 << 16];
        int sent = 0;
        try {
            for (; sent < FLOOD; sent += block.length) {
                caller.send(block);
            }
        } catch (SocketException _) {
            return sent;
        }
        return sent;
    }

    @Test
    void aPackedBodyIsUnpackedWithinTheLimit() throws Exception {
        try (TestServer server = server(OPTIONS)) {
            assertThat(packed(server, "gzip", gzip(ONE.getBytes(StandardCharsets.UTF_8)))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(packed(server, "identity", ONE.getBytes(StandardCharsets.UTF_8))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(packed(server, "gzip", gzip(new byte[64 << 20])).statusCode())
                    .as("a bomb of 64 KiB for 64 MiB")
                    .isEqualTo(413);
            assertThat(packed(server, "gzip", ONE.getBytes(StandardCharsets.UTF_8))
                            .statusCode())
                    .as("it only says so")
                    .isEqualTo(400);

            HttpResponse<byte[]> unknown = packed(server, "br", new byte[100]);
            assertThat(unknown.statusCode()).isEqualTo(415);
            assertThat(unknown.headers().firstValue("Accept-Encoding")).hasValue("gzip");
            assertThat(counted(server, 5)).containsEntry("edgeai_inference_requests_total{code=\"invalid\"}", 3.0);
        }
    }

    private TestServer server(ServerOptions options) throws Exception {
        return TestServer.start(
                TestServer.load(OnnxModels.write(folder, OnnxModels.linear(new float[][] {{1, 2}, {10, 20}}))),
                Optional.empty(),
                options);
    }

    private static byte[] gzip(byte[] body) throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(body);
        }
        return packed.toByteArray();
    }

    private static HttpResponse<byte[]> packed(TestServer server, String encoding, byte[] body) throws Exception {
        return server.send(HttpRequest.newBuilder(server.uri(INFER))
                .header("Content-Encoding", encoding)
                .POST(BodyPublishers.ofByteArray(body)));
    }

    private static HttpResponse<byte[]> chunked(TestServer server, byte[] body) throws Exception {
        return server.send(HttpRequest.newBuilder(server.uri(INFER))
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));
    }

    private static void inFlight(TestServer server, int wanted) throws Exception {
        TestServer.until(() -> server.inFlight() >= wanted);
    }

    /** The metrics once so many requests have ended. */
    private static Map<String, Double> counted(TestServer server, int requests) throws Exception {
        TestServer.until(() -> server.metrics().entrySet().stream()
                        .filter(sample -> sample.getKey().startsWith("edgeai_inference_requests_total"))
                        .mapToDouble(Map.Entry::getValue)
                        .sum()
                >= requests);
        return server.metrics();
    }
}
