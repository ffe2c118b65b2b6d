package dev.edgeai.runtime.artifact.registry;

import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.testing.Ports;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A real registry on a free loopback port. */
public final class TestRegistry implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(20);

    /** User and password of a registry with credentials; the password has a colon on purpose. */
    static final String USER = "edge";

    static final String PASSWORD = "pa:ss";
    private static final String PASSWORD_BCRYPT = "$2a$04$C0KjnAahSHLJ4CL4sv18U.QhLipqbK1AhX1w4LuXvrmG8WZZt37L2";

    /** Which program, by how it keeps referrers. */
    public enum Kind {
        /** CNCF Distribution: no referrers API. */
        DISTRIBUTION,
        /** Referrers API, and says so when a manifest with a subject is pushed. */
        OCIREGISTRY,
        /** Referrers API, but does not say so. */
        GO_CONTAINERREGISTRY
    }

    private final Kind kind;
    private final Path folder;
    private final boolean credentials;
    private final int port;
    private Process process;

    private TestRegistry(Kind kind, Path folder, boolean credentials) throws IOException {
        this.kind = kind;
        this.folder = folder;
        this.credentials = credentials;
        port = Ports.take();
        start();
    }

    /** A CNCF Distribution registry that keeps its blobs in the folder. */
    public static TestRegistry start(Path folder) throws IOException {
        return new TestRegistry(Kind.DISTRIBUTION, folder, false);
    }

    public static TestRegistry start(Kind kind, Path folder) throws IOException {
        return new TestRegistry(kind, folder, false);
    }

    public static TestRegistry startWithCredentials(Path folder) throws IOException {
        return new TestRegistry(Kind.DISTRIBUTION, folder, true);
    }

    /** {@code host:port}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Starts again where it was stopped. */
    public void start() throws IOException {
        List<String> command = switch (kind) {
            case DISTRIBUTION ->
                List.of(
                        RegistryPrograms.distribution().toString(),
                        "serve",
                        configuration().toString());
            case OCIREGISTRY -> withReferrers("ociregistry");
            case GO_CONTAINERREGISTRY -> withReferrers("go-containerregistry");
        };
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("OTEL_TRACES_EXPORTER", "none");
        process = builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("registry.log").toFile())
                .start();
        awaitAnswer();
    }

    /** Stops it; what it holds on disk stays. */
    public void stop() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        stop();
    }

    /** Where a Distribution registry keeps a blob. */
    public Path blob(Digest digest) {
        return folder.resolve("storage/docker/registry/v2/blobs/sha256")
                .resolve(digest.hex().substring(0, 2))
                .resolve(digest.hex())
                .resolve("data");
    }

    /** Flips one bit of the byte in the middle of a file. */
    public static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    private List<String> withReferrers(String program) {
        return List.of(RegistryPrograms.withReferrers().toString(), "-kind", program, "-address", address());
    }

    private Path configuration() throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "version: 0.1",
                "log: {level: error}",
                "storage: {filesystem: {rootdirectory: '" + folder.resolve("storage") + "'}}",
                "http: {addr: '" + address() + "'}"));
        if (credentials) {
            Path users = Files.writeString(folder.resolve("htpasswd"), USER + ":" + PASSWORD_BCRYPT + "\n");
            lines.add("auth: {htpasswd: {realm: test, path: '" + users + "'}}");
        }
        return Files.write(folder.resolve("registry.yaml"), lines);
    }

    private void awaitAnswer() throws IOException {
        Instant deadline = Instant.now().plus(START_LIMIT);
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest ping = HttpRequest.newBuilder(URI.create("http://" + address() + "/v2/"))
                    .build();
            while (Instant.now().isBefore(deadline) && process.isAlive()) {
                try {
                    client.send(ping, HttpResponse.BodyHandlers.discarding());
                    return;
                } catch (IOException _) {
                    Thread.sleep(50);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        throw new IOException("the registry does not start: " + Files.readString(folder.resolve("registry.log")));
    }
}
