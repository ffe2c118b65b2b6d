package dev.edgeai.runtime.artifact.source;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.SafeName;
import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.artifact.transfer.TransferException;
import dev.edgeai.runtime.artifact.transfer.VerifiedCopy;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.RuntimeFailure;
import dev.edgeai.runtime.pod.UsageException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;

/** Fetches models and datasets from wherever a specification says: {@code oci://}, {@code https://}, {@code http://}. */
public final class Sources {
    private static final int MAX_PORT = 65_535;

    private final Artifacts artifacts;
    private final HttpSource http;
    private final long limit;

    private Sources(Artifacts artifacts, HttpSource http, long limit) {
        this.artifacts = artifacts;
        this.http = http;
        this.limit = limit;
    }

    /**
     * For one environment.
     *
     * @param plainHttp registries ({@code host:port}) without TLS
     * @param limit largest source, bytes
     */
    public static Sources of(Environment environment, Collection<String> plainHttp, long limit) {
        return new Sources(Artifacts.of(environment, plainHttp), new HttpSource(Artifacts.retry(environment)), limit);
    }

    /**
     * What was fetched.
     *
     * @param digest of the manifest ({@code oci://}) or of the file
     * @param bytes sum of the files' sizes
     */
    public record Fetched(Digest digest, long bytes) {}

    /**
     * Fetches all files of a source into a folder.
     *
     * @param pin absent when the address decides; otherwise exactly this content
     * @throws RuntimeFailure with a reason and the next step
     */
    public Fetched folder(String address, @Nullable String pin, Path folder, FailureReason notFound)
            throws IOException {
        if (address.startsWith(Reference.SCHEME)) {
            Artifacts.Pulled pulled = artifacts.pull(pinned(address, pin, notFound), folder, limit, notFound);
            return new Fetched(pulled.digest(), pulled.bytes());
        }
        URI uri = webAddress(address, notFound);
        return download(uri, SafeName.resolve(folder, fileName(uri)), pin, notFound);
    }

    /** Fetches those files of an artifact that have one of these names; of a source that is one file there are none. */
    public void only(Set<String> names, String address, @Nullable String pin, Path folder, FailureReason notFound)
            throws IOException {
        if (address.startsWith(Reference.SCHEME)) {
            artifacts.pull(pinned(address, pin, notFound), folder, names::contains, limit, notFound);
        }
    }

    /**
     * Fetches a source of one file, whatever its name there; it is named {@code name} in the folder.
     *
     * @param endings what tells it from other files of its artifact
     */
    public Fetched file(
            String address,
            @Nullable String pin,
            Path folder,
            String name,
            Collection<String> endings,
            FailureReason notFound)
            throws IOException {
        if (address.startsWith(Reference.SCHEME)) {
            Artifacts.Pulled pulled =
                    artifacts.pullFile(pinned(address, pin, notFound), folder, name, endings, limit, notFound);
            return new Fetched(pulled.digest(), pulled.bytes());
        }
        return download(webAddress(address, notFound), folder.resolve(name), pin, notFound);
    }

    private Fetched download(URI uri, Path place, @Nullable String pin, FailureReason notFound) throws IOException {
        try {
            VerifiedCopy.Written written = http.download(uri, place, pin == null ? null : Digest.parse(pin), limit);
            return new Fetched(written.digest(), written.size());
        } catch (TransferException e) {
            throw e.failure(notFound);
        }
    }

    private static Reference pinned(String address, @Nullable String pin, FailureReason notFound) {
        Reference reference;
        try {
            reference = Reference.parse(address);
        } catch (UsageException e) {
            throw new RuntimeFailure(notFound, String.valueOf(e.getMessage()), e);
        }
        if (pin == null) {
            return reference;
        }
        Digest content = Digest.parse(pin);
        if (reference.digest() != null && !reference.digest().equals(content)) {
            throw new RuntimeFailure(
                    FailureReason.DIGEST_MISMATCH,
                    "%s names one digest and the specification another (%s). Remove one of the two."
                            .formatted(address, pin));
        }
        return reference.at(content);
    }

    private static URI webAddress(String address, FailureReason notFound) {
        try {
            URI uri = URI.create(address);
            boolean web = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
            if (web && uri.getHost() != null && uri.getPort() <= MAX_PORT) {
                return uri;
            }
        } catch (IllegalArgumentException _) {
            // said below
        }
        throw new RuntimeFailure(
                notFound,
                "'%s' is no address; use oci://registry/repository:tag or https://host/file.".formatted(address));
    }

    private static String fileName(URI uri) {
        String path = uri.getPath();
        String last = path.substring(path.lastIndexOf('/') + 1);
        return last.isEmpty() ? "model" : last;
    }
}
