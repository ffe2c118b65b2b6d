package dev.edgeai.runtime.artifact.source;

import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.transfer.Retry;
import dev.edgeai.runtime.artifact.transfer.StallGuard;
import dev.edgeai.runtime.artifact.transfer.TransferException;
import dev.edgeai.runtime.artifact.transfer.TransferLog;
import dev.edgeai.runtime.artifact.transfer.VerifiedCopy;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Single files from web servers. A file's digest is that of its bytes. */
final class HttpSource {
    private static final int MAX_REDIRECTS = 5;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration STALL_LIMIT = Duration.ofSeconds(90);

    private final Retry retry;
    private final StallGuard guard = new StallGuard(STALL_LIMIT);
    private final HttpClient client = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    HttpSource(Retry retry) {
        this.retry = retry;
    }

    /**
     * Downloads to a place, unless the pinned file is there already.
     *
     * @param pin absent when any content will do
     * @throws TransferException it is not there, or the server does not give it
     * @throws dev.edgeai.runtime.pod.RuntimeFailure {@code DigestMismatch}, {@code TooLarge}
     */
    VerifiedCopy.Written download(URI uri, Path place, @Nullable Digest pin, long limit) throws IOException {
        if (pin != null && Files.isRegularFile(place) && Digest.of(place).equals(pin)) {
            return new VerifiedCopy.Written(pin, Files.size(place));
        }
        String what = shown(uri);
        return retry.call(() -> {
            try {
                return guard.run(what, progress -> follow(uri, place, pin, limit, progress));
            } catch (FileSystemException e) {
                throw new UncheckedIOException(e); // a local file, not the server
            } catch (IOException e) {
                String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
                throw new TransferException(
                        TransferException.Kind.UNAVAILABLE, "Cannot download %s (%s).".formatted(what, why), e);
            }
        });
    }

    private VerifiedCopy.Written follow(
            URI start, Path place, @Nullable Digest pin, long limit, StallGuard.Progress progress) throws IOException {
        URI uri = start;
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            HttpResponse<InputStream> response = send(uri);
            try (InputStream body = response.body()) {
                Optional<String> location = response.headers().firstValue("location");
                if (response.statusCode() / 100 == 3 && location.isPresent()) {
                    uri = redirected(uri, location.get());
                } else if (response.statusCode() == 200) {
                    long size = response.headers()
                            .firstValueAsLong("content-length")
                            .orElse(-1);
                    return save(body, start, place, pin, size, limit, progress);
                } else {
                    throw new TransferException(
                            TransferException.ofStatus(response.statusCode()),
                            "Cannot download %s: the server answered %d.".formatted(shown(uri), response.statusCode()));
                }
            }
        }
        throw refused(start, "it redirects more than %d times".formatted(MAX_REDIRECTS));
    }

    private VerifiedCopy.Written save(
            InputStream body,
            URI uri,
            Path place,
            @Nullable Digest pin,
            long size,
            long limit,
            StallGuard.Progress progress)
            throws IOException {
        if (size > limit) {
            throw VerifiedCopy.tooLarge("%s (%,d bytes)".formatted(shown(uri), size), limit);
        }
        StallGuard.Progress both = progress.and(new TransferLog(shown(uri), size, retry.clock()));
        return new VerifiedCopy(shown(uri)).write(body, place, pin, size, limit, both);
    }

    private HttpResponse<InputStream> send(URI uri) throws IOException {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(uri).timeout(STALL_LIMIT).GET().build();
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (IllegalArgumentException _) {
            throw refused(uri, "it is no address of a web server");
        }
    }

    private static URI redirected(URI from, String location) {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException _) {
            throw refused(from, "it redirects to what is no address");
        }
        boolean web = "https".equalsIgnoreCase(to.getScheme()) || "http".equalsIgnoreCase(to.getScheme());
        boolean downgrade = "https".equalsIgnoreCase(from.getScheme()) && "http".equalsIgnoreCase(to.getScheme());
        if (!web || downgrade) {
            throw refused(from, "it redirects to '%s:', which is not followed from here".formatted(to.getScheme()));
        }
        return to;
    }

    private static TransferException refused(URI uri, String why) {
        return new TransferException(
                TransferException.Kind.REFUSED,
                "Cannot download %s: %s. Give the file's own address.".formatted(shown(uri), why));
    }

    /** Without user and query, which may hold secrets. */
    private static String shown(URI uri) {
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return "%s://%s%s%s".formatted(uri.getScheme(), uri.getHost(), port, uri.getPath());
    }
}
