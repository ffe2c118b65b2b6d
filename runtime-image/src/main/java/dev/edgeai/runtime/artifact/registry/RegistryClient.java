package dev.edgeai.runtime.artifact.registry;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.artifact.Descriptor;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.Index;
import dev.edgeai.runtime.artifact.Manifest;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.StoredManifest;
import dev.edgeai.runtime.artifact.transfer.Retry;
import dev.edgeai.runtime.artifact.transfer.StallGuard;
import dev.edgeai.runtime.artifact.transfer.TransferException;
import dev.edgeai.runtime.artifact.transfer.TransferLog;
import dev.edgeai.runtime.artifact.transfer.VerifiedCopy;
import dev.edgeai.runtime.pod.RuntimeFailure;
import land.oras.ContainerRef;
import land.oras.Registry;
import land.oras.auth.AuthProvider;
import land.oras.auth.HttpClient;
import land.oras.auth.Scopes;
import land.oras.exception.OrasException;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/**
 * The OCI distribution API, as far as it is needed, over the ORAS library's authenticated HTTP. Manifests go as exact
 * bytes, because their digest is their name; the library's own manifest calls write them anew and know no referrers
 * without the registry's help. All calls try again for a while when a registry does not answer.
 */
final class RegistryClient {
    private static final Duration STALL_LIMIT = Duration.ofSeconds(90);
    private static final String ACCEPT = String.join(
            ", ",
            Manifest.MEDIA_TYPE,
            Index.MEDIA_TYPE,
            "application/vnd.docker.distribution.manifest.v2+json",
            "application/vnd.docker.distribution.manifest.list.v2+json");

    private final Set<String> plainHttp;
    private final AuthProvider credentials;
    private final Retry retry;
    private final StallGuard guard = new StallGuard(STALL_LIMIT);
    private final Map<String, Registry> libraries = new ConcurrentHashMap<>();
    private final HttpClient http = HttpClient.Builder.builder().withTimeout(30).build();

    RegistryClient(Set<String> plainHttp, AuthProvider credentials, Retry retry) {
        this.plainHttp = Set.copyOf(plainHttp);
        this.credentials = credentials;
        this.retry = retry;
    }

    /**
     * Gets a manifest or an index.
     *
     * @throws TransferException it is not there, or the registry does not give it
     * @throws RuntimeFailure {@code DigestMismatch}: it is not what the reference's digest says
     */
    StoredManifest manifest(Reference reference) {
        StoredManifest stored = call(reference.toString(), _ -> {
            var response = http.download(
                    uri(reference, "manifests/" + reference.manifestKey()),
                    Map.of("Accept", ACCEPT),
                    Scopes.of(containerRef(reference)),
                    credentials);
            try (InputStream in = response.response()) {
                RegistryErrors.requireSuccess(reference.toString(), response.statusCode());
                byte[] bytes = readAtMost(in, Manifest.MAX_BYTES, reference.toString());
                String mediaType = response.headers().getOrDefault("content-type", Manifest.MEDIA_TYPE);
                return new StoredManifest(
                        Digest.of(bytes), mediaType.replaceFirst(";.*", "").strip(), bytes);
            }
        });
        if (reference.digest() != null && !reference.digest().equals(stored.digest())) {
            throw new RuntimeFailure(
                    FailureReason.DIGEST_MISMATCH,
                    "The registry gave %s for %s. It was damaged or changed after it was pushed; push it again."
                            .formatted(stored.digest(), reference));
        }
        return stored;
    }

    /**
     * Puts a manifest or an index under its digest or a tag.
     *
     * @return whether the registry says that it keeps the list of what refers to the manifest's subject
     */
    boolean putManifest(Reference reference, String mediaType, byte[] bytes) {
        return call(reference.toString(), _ -> {
            var response = http.put(
                    uri(reference, "manifests/" + reference.manifestKey()),
                    bytes,
                    Map.of("Content-Type", mediaType),
                    Scopes.of(containerRef(reference)),
                    credentials);
            RegistryErrors.requireSuccess(reference.toString(), response.statusCode());
            return response.headers().containsKey("oci-subject");
        });
    }

    /**
     * The index that the referrers API gives for a manifest.
     *
     * @throws TransferException {@code NOT_FOUND}: the registry has no such API
     */
    byte[] referrers(Reference subject, String artifactType) {
        String what = "the referrers of " + subject;
        return call(what, _ -> {
            var response = http.download(
                    URI.create(uri(subject, "referrers/" + subject.requireDigest())
                            + "?artifactType="
                            + artifactType.replace("+", "%2B").replace("/", "%2F")),
                    Map.of("Accept", Index.MEDIA_TYPE),
                    Scopes.of(containerRef(subject)),
                    credentials);
            try (InputStream in = response.response()) {
                RegistryErrors.requireSuccess(what, response.statusCode());
                return readAtMost(in, Manifest.MAX_BYTES, what);
            }
        });
    }

    /** The size of a blob, when the registry has it. */
    OptionalLong blobSize(Reference repository, Digest digest) {
        try {
            return call(
                    "blob %s of %s".formatted(digest, repository.name()),
                    _ -> OptionalLong.of(library(repository)
                            .fetchBlobDescriptor(containerRef(repository).withDigest(digest.toString()))
                            .getSize()));
        } catch (TransferException e) {
            if (e.kind() == TransferException.Kind.NOT_FOUND) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    /**
     * A small blob.
     *
     * @throws TransferException it is not there, or the registry does not give it
     * @throws RuntimeFailure {@code DigestMismatch}, {@code TooLarge}
     */
    byte[] blob(Reference repository, Descriptor blob, int limit, String what) {
        byte[] bytes = call(what, _ -> {
            try (InputStream in = open(repository, blob)) {
                return readAtMost(in, limit, what);
            }
        });
        if (!Digest.of(bytes).equals(blob.digest())) {
            throw VerifiedCopy.mismatch(what, "digest " + blob.digest(), "digest " + Digest.of(bytes));
        }
        return bytes;
    }

    /**
     * Reads a blob through and checks its digest.
     *
     * @throws TransferException it is not there, or the registry does not give it
     * @throws RuntimeFailure {@code DigestMismatch}
     */
    void check(Reference repository, Descriptor blob, String what) {
        Digest found = call(what, progress -> {
            try (InputStream in = watched(open(repository, blob), progress)) {
                return Digest.of(in);
            }
        });
        if (!found.equals(blob.digest())) {
            throw VerifiedCopy.mismatch(what, "digest " + blob.digest(), "digest " + found);
        }
    }

    private InputStream open(Reference repository, Descriptor blob) {
        return library(repository)
                .fetchBlob(containerRef(repository).withDigest(blob.digest().toString()));
    }

    /**
     * Downloads a blob into a file that appears only when digest and size are right.
     *
     * @param what for messages
     * @throws TransferException it is not there, or the registry does not give it
     * @throws RuntimeFailure {@code DigestMismatch}
     */
    void download(Reference repository, Descriptor blob, Path target, String what) {
        call(what, progress -> {
            try (InputStream in = library(repository)
                    .fetchBlob(containerRef(repository).withDigest(blob.digest().toString()))) {
                return new VerifiedCopy(what)
                        .write(
                                in,
                                target,
                                blob.digest(),
                                blob.size(),
                                Long.MAX_VALUE,
                                progress.and(new TransferLog(what, blob.size(), retry.clock())));
            }
        });
    }

    /** Uploads a file as a blob; nothing moves when the registry has it already. */
    void upload(Reference repository, Digest digest, long size, Path file, String what) {
        ContainerRef reference = containerRef(repository).withDigest(digest.toString());
        call(what, progress -> {
            if (size == 0) { // the library cannot stream nothing
                return library(repository).pushBlob(reference, new byte[0]);
            }
            StallGuard.Progress both = progress.and(new TransferLog(what, size, retry.clock()));
            return library(repository).pushBlob(reference, size, () -> open(file, both), Map.of());
        });
    }

    /** Uploads a small blob. */
    void upload(Reference repository, byte[] bytes, String what) {
        ContainerRef reference =
                containerRef(repository).withDigest(Digest.of(bytes).toString());
        call(what, _ -> library(repository).pushBlob(reference, bytes));
    }

    private <T> T call(String what, StallGuard.Transfer<T> transfer) {
        return retry.call(() -> {
            try {
                return guard.run(what, transfer);
            } catch (OrasException e) {
                throw RegistryErrors.of(what, e);
            } catch (FileSystemException e) {
                throw new UncheckedIOException(e); // a local file, not the registry
            } catch (IOException e) {
                throw RegistryErrors.unreachable(what, e);
            }
        });
    }

    private static byte[] readAtMost(InputStream in, int limit, String what) throws IOException {
        byte[] bytes = in.readNBytes(limit + 1);
        if (bytes.length > limit) {
            throw new RuntimeFailure(
                    FailureReason.TOO_LARGE,
                    "%s is larger than the %,d bytes that it may have.".formatted(what, limit));
        }
        return bytes;
    }

    private static InputStream open(Path file, StallGuard.Progress progress) {
        try {
            return watched(Files.newInputStream(file), progress);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream watched(InputStream in, StallGuard.Progress progress) {
        return new FilterInputStream(in) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int n = super.read(buffer, offset, length);
                progress.moved(Math.max(0, n));
                return n;
            }
        };
    }

    private URI uri(Reference reference, String path) {
        String host = reference.registry().equals("docker.io") ? "registry-1.docker.io" : reference.registry();
        return URI.create("%s://%s/v2/%s/%s".formatted(scheme(reference), host, reference.repository(), path));
    }

    private String scheme(Reference reference) {
        return plainHttp.contains(reference.registry()) ? "http" : "https";
    }

    private Registry library(Reference reference) {
        return libraries.computeIfAbsent(reference.registry(), this::library);
    }

    private Registry library(String host) {
        return Registry.builder()
                .withRegistry(host)
                .withInsecure(plainHttp.contains(host))
                .withAuthProvider(credentials)
                .withExecutorService(Executors.newVirtualThreadPerTaskExecutor()) // its own pool would never end
                .build();
    }

    /** The library takes a first segment without dot or port for a folder of its default registry. */
    private static ContainerRef containerRef(Reference reference) {
        return ContainerRef.parse("registry.invalid/" + reference.repository()).forRegistry(reference.registry());
    }
}
