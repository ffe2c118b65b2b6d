package dev.edgeai.runtime.artifact.source;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Single files from a web server. */
class HttpSourceTest {
    private static final byte[] CONTENT = "a model".repeat(1_000).getBytes(StandardCharsets.UTF_8);
    private static final int LIMIT = CONTENT.length;

    @TempDir
    Path folder;

    private final AtomicInteger requests = new AtomicInteger();
    private HttpServer server;
    private String base;
    private Sources sources;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        base = "http://127.0.0.1:" + server.getAddress().getPort();
        serve("/files/model.onnx", exchange -> answer(exchange, CONTENT.length));
        serve("/files/", exchange -> answer(exchange, CONTENT.length));
        serve("/chunked/model.onnx", exchange -> answer(exchange, 0));
        serve("/gone", exchange -> exchange.sendResponseHeaders(404, -1));
        serve("/moved", exchange -> redirect(exchange, "/files/model.onnx"));
        serve("/to-file", exchange -> redirect(exchange, "file:///etc/passwd"));
        serve("/loop", exchange -> redirect(exchange, "/loop"));
        serve("/busy", exchange -> {
            if (requests.incrementAndGet() < 3) {
                exchange.sendResponseHeaders(503, -1);
            } else {
                answer(exchange, CONTENT.length);
            }
        });
        serve("/cut", exchange -> {
            exchange.sendResponseHeaders(200, CONTENT.length);
            if (requests.incrementAndGet() < 2) {
                exchange.getResponseBody().write(CONTENT, 0, 100);
                throw new IOException("the connection breaks");
            }
            exchange.getResponseBody().write(CONTENT);
        });
        server.start();
        sources = Sources.of(new Environment(Map.of("EDGEAI_RETRY_SECONDS", "5")), List.of(), LIMIT);
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    @Test
    void aFileComesUnderItsNameWithItsDigest() throws Exception {
        Sources.Fetched fetched = fetch("/files/model.onnx?token=secret", null);

        assertThat(fetched).isEqualTo(new Sources.Fetched(Digest.of(CONTENT), CONTENT.length));
        assertThat(folder.resolve("model.onnx")).hasBinaryContent(CONTENT);
    }

    @Test
    void aPinnedFileThatIsThereIsNotFetchedAgain() throws Exception {
        String pin = Digest.of(CONTENT).toString();
        fetch("/files/model.onnx", pin);
        server.stop(0);

        assertThat(fetch("/files/model.onnx", pin).digest()).hasToString(pin);
    }

    @Test
    void anotherContentThanThePinnedIsRefused() {
        String pin = "sha256:" + "0".repeat(64);

        assertFails(() -> fetch("/files/model.onnx", pin), FailureReason.DIGEST_MISMATCH)
                .hasMessageContainingAll(pin, Digest.of(CONTENT).toString());
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void tooLargeIsRefusedWithAndWithoutAnAnnouncedLength() {
        sources = Sources.of(new Environment(Map.of()), List.of(), LIMIT - 1);

        assertFails(() -> fetch("/files/model.onnx", null), FailureReason.TOO_LARGE);
        assertFails(() -> fetch("/chunked/model.onnx", null), FailureReason.TOO_LARGE);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void redirectsAreFollowedToTheWebOnlyAndNotForEver() throws Exception {
        assertThat(fetch("/moved", null).digest()).isEqualTo(Digest.of(CONTENT));
        assertFails(() -> fetch("/to-file", null), FailureReason.REGISTRY_UNAVAILABLE)
                .hasMessageContaining("'file:'");
        assertFails(() -> fetch("/loop", null), FailureReason.REGISTRY_UNAVAILABLE)
                .hasMessageContaining("redirects more than");
    }

    @Test
    void whatIsNotThereIsNotFoundAndNoSecretIsShown() {
        assertFails(() -> fetch("/gone?token=secret", null), FailureReason.SOURCE_NOT_FOUND)
                .hasMessageContaining("404")
                .message()
                .doesNotContain("secret");
    }

    @Test
    void aBusyServerAndABrokenConnectionAreTriedAgain() throws Exception {
        assertThat(fetch("/busy", null).digest()).isEqualTo(Digest.of(CONTENT));
        requests.set(0);
        assertThat(fetch("/cut", null).digest()).isEqualTo(Digest.of(CONTENT));
        assertThat(requests).hasValue(2);
    }

    @Test
    void aNameThatIsNoFileNameIsRefused() {
        assertFails(() -> fetch("/files/%00evil", null), FailureReason.UNSAFE_ARCHIVE);
        assertFails(() -> fetch("/files/..", null), FailureReason.UNSAFE_ARCHIVE);
        assertFails(() -> fetch("/files/.edgeai", null), FailureReason.UNSAFE_ARCHIVE);
    }

    @Test
    void theLastSegmentIsTheNameHoweverItIsWritten() throws Exception {
        fetch("/files/..%2F..%2Fevil", null);

        assertThat(folder.resolve("evil")).hasBinaryContent(CONTENT);
    }

    @Test
    void otherAddressesAreRefused() {
        for (String address : List.of("ftp://host/file", "file:///etc/passwd", "oci://registry/UPPER", "https:///x")) {
            assertFails(
                    () -> sources.folder(address, null, folder, FailureReason.SOURCE_NOT_FOUND),
                    FailureReason.SOURCE_NOT_FOUND);
        }
    }

    private Sources.Fetched fetch(String path, @Nullable String pin) throws IOException {
        return sources.folder(base + path, pin, folder, FailureReason.SOURCE_NOT_FOUND);
    }

    private static AbstractThrowableAssert<?, ?> assertFails(ThrowingCallable work, FailureReason reason) {
        return assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        RuntimeFailure.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private void serve(String path, Handler handler) {
        server.createContext(path, exchange -> {
            try (exchange) {
                handler.handle(exchange);
            }
        });
    }

    private static void answer(HttpExchange exchange, long length) throws IOException {
        exchange.sendResponseHeaders(200, length);
        exchange.getResponseBody().write(CONTENT);
    }

    private static void redirect(HttpExchange exchange, String to) throws IOException {
        exchange.getResponseHeaders().set("Location", to);
        exchange.sendResponseHeaders(302, -1);
    }
}
