package dev.edgeai.runtime.artifact.registry;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.FilePlan;
import dev.edgeai.runtime.artifact.Manifest;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.SafeName;
import dev.edgeai.runtime.artifact.transfer.VerifiedCopy;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder that holds a variant: its files, and in {@code .edgeai/} its manifest and its certificate, so that it can be
 * verified without a registry.
 *
 * @param path the folder
 */
public record ModelFolder(Path path) {
    private static final int MAX_RECORD_BYTES = Manifest.MAX_BYTES;

    /** Bytes of the artifact's manifest, when they are there. */
    public Optional<byte[]> manifest() throws IOException {
        return read("manifest.json");
    }

    /** Bytes of the certificate, a DSSE envelope, when they are there. */
    public Optional<byte[]> certificate() throws IOException {
        return read("certificate.json");
    }

    public void keepManifest(byte[] bytes) throws IOException {
        keep("manifest.json", bytes);
    }

    public void keepCertificate(byte[] bytes) throws IOException {
        keep("certificate.json", bytes);
    }

    /**
     * Fetches what is not there yet of the artifact whose manifest is kept here.
     *
     * @throws RuntimeFailure with a reason and the next step
     */
    public void fill(Artifacts artifacts, Reference repository) throws IOException {
        artifacts.fetch(plan(), path, repository, FailureReason.ARTIFACT_MISSING);
    }

    /**
     * Checks every file against the kept manifest, without a registry.
     *
     * @return the files' names
     * @throws RuntimeFailure {@code DigestMismatch}: a file or the manifest differs, is missing, or does not belong
     */
    public List<String> verify(Digest artifact) throws IOException {
        byte[] manifest = manifest().orElseThrow(() -> mismatch("the manifest is missing"));
        if (!Digest.of(manifest).equals(artifact)) {
            throw mismatch("the manifest has digest %s, not %s".formatted(Digest.of(manifest), artifact));
        }
        Map<Path, FilePlan.PlannedFile> plan =
                plan().stream().collect(Collectors.toMap(FilePlan.PlannedFile::place, Function.identity()));
        for (FilePlan.PlannedFile file : plan.values()) {
            if (!file.isDone()) {
                throw mismatch("file '%s' has %s, not %s"
                        .formatted(file.name(), found(file), file.layer().digest()));
            }
        }
        requireNothingElse(plan);
        return plan.values().stream().map(FilePlan.PlannedFile::name).sorted().toList();
    }

    private static String found(FilePlan.PlannedFile file) throws IOException {
        return Files.isRegularFile(file.place(), LinkOption.NOFOLLOW_LINKS)
                ? "digest " + Digest.of(file.place())
                : "no content: it is missing or a link";
    }

    /** A file that the manifest does not name could be read by an engine that follows names within a model. */
    private void requireNothingElse(Map<Path, FilePlan.PlannedFile> plan) throws IOException {
        Path root = path.toAbsolutePath().normalize();
        Path records = root.resolve(SafeName.RECORDS);
        try (Stream<Path> walk = Files.walk(root)) {
            Optional<Path> stranger = walk.filter(file -> !file.startsWith(records))
                    .filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
                    .filter(file -> !plan.containsKey(file))
                    .findFirst();
            if (stranger.isPresent()) {
                throw mismatch("file '%s' is not part of the artifact".formatted(root.relativize(stranger.get())));
            }
        }
    }

    private List<FilePlan.PlannedFile> plan() throws IOException {
        byte[] bytes = manifest().orElseThrow(() -> mismatch("the manifest is missing"));
        try {
            return FilePlan.of(Manifest.read(bytes), path);
        } catch (IOException e) {
            throw mismatch("the manifest cannot be read (%s)".formatted(e.getMessage()));
        }
    }

    private Optional<byte[]> read(String name) throws IOException {
        Path file = path.resolve(SafeName.RECORDS).resolve(name);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        if (Files.size(file) > MAX_RECORD_BYTES) {
            throw mismatch("%s is larger than %,d bytes".formatted(file, MAX_RECORD_BYTES));
        }
        return Optional.of(Files.readAllBytes(file));
    }

    private void keep(String name, byte[] bytes) throws IOException {
        Path file = path.resolve(SafeName.RECORDS).resolve(name);
        new VerifiedCopy(name)
                .write(
                        new ByteArrayInputStream(bytes),
                        file,
                        Digest.of(bytes),
                        bytes.length,
                        MAX_RECORD_BYTES,
                        _ -> {});
    }

    private RuntimeFailure mismatch(String what) {
        return new RuntimeFailure(
                FailureReason.DIGEST_MISMATCH,
                "%s: %s. Empty the folder and load the artifact again.".formatted(path, what));
    }
}
