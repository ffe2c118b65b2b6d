package dev.edgeai.runtime.artifact.registry;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.artifact.Attachment;
import dev.edgeai.runtime.artifact.Descriptor;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.FilePlan;
import dev.edgeai.runtime.artifact.Manifest;
import dev.edgeai.runtime.artifact.ModelPack;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.SmallArtifact;
import dev.edgeai.runtime.artifact.StoredManifest;
import dev.edgeai.runtime.artifact.transfer.Retry;
import dev.edgeai.runtime.artifact.transfer.TransferException;
import dev.edgeai.runtime.artifact.transfer.VerifiedCopy;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Pushes and pulls artifacts. What other packages use; thread-safe.
 *
 * <p>Credentials come from a mounted {@code dockerconfigjson} (folder in {@code EDGEAI_DOCKER_CONFIG} or
 * {@code DOCKER_CONFIG}). A registry that does not answer is tried again for {@code EDGEAI_RETRY_SECONDS} (120).
 */
public final class Artifacts {
    private static final Logger LOG = LoggerFactory.getLogger(Artifacts.class);
    private static final String RETRY_VARIABLE = "EDGEAI_RETRY_SECONDS";
    private static final int RETRY_SECONDS = 120;

    private final RegistryClient registry;

    Artifacts(RegistryClient registry) {
        this.registry = registry;
    }

    /**
     * For one environment.
     *
     * @param plainHttp registries ({@code host:port}) without TLS, beside those of {@code EDGEAI_PLAIN_HTTP}
     */
    public static Artifacts of(Environment environment, Collection<String> plainHttp) {
        Set<String> hosts = new HashSet<>(plainHttp);
        hosts.addAll(environment.plainHttp());
        return new Artifacts(new RegistryClient(hosts, DockerCredentials.of(environment), retry(environment)));
    }

    public static Retry retry(Environment environment) {
        return Retry.within(
                Duration.ofSeconds(environment.number(RETRY_VARIABLE).orElse(RETRY_SECONDS)));
    }

    /**
     * The digest under which a file or a folder would be pushed.
     *
     * @throws IOException the files cannot be read
     */
    public static Digest digest(Path fileOrFolder) throws IOException {
        return ModelPack.of(fileOrFolder).digest();
    }

    /**
     * What was pushed.
     *
     * @param digest of the manifest
     * @param bytes sum of the files' sizes
     * @param files their number
     */
    public record Pushed(Digest digest, long bytes, int files) {}

    /**
     * Pushes a file or a folder as a ModelPack artifact: the same files give the same digest. What the registry has
     * already does not move.
     *
     * @param target a tag in it is set too; a digest in it is ignored
     * @throws RuntimeFailure {@code RegistryUnavailable}
     * @throws IOException the files cannot be read
     */
    public Pushed push(Path fileOrFolder, Reference target) throws IOException {
        ModelPack pack = ModelPack.of(fileOrFolder);
        byte[] manifest = pack.manifest().toBytes();
        try {
            for (ModelPack.PackedFile file : pack.files()) {
                Descriptor layer = file.layer();
                String what = "'%s' for %s".formatted(file.name(), target.name());
                registry.upload(target, layer.digest(), layer.size(), file.path(), what);
            }
            registry.upload(target, pack.config(), "the configuration of " + target.name());
            registry.putManifest(target.at(pack.digest()), Manifest.MEDIA_TYPE, manifest);
            if (target.tag() != null) {
                registry.putManifest(target.tagged(target.tag()), Manifest.MEDIA_TYPE, manifest);
            }
        } catch (TransferException e) {
            throw e.failure(FailureReason.REGISTRY_UNAVAILABLE);
        }
        LOG.info("Pushed {}@{}", target.name(), pack.digest());
        return new Pushed(
                pack.digest(), pack.manifest().layerBytes(), pack.files().size());
    }

    /**
     * What was pulled.
     *
     * @param digest of the manifest
     * @param bytes sum of the files' sizes
     * @param files their names within the folder
     */
    public record Pulled(Digest digest, long bytes, List<String> files) {}

    /**
     * Pulls an artifact's files into a folder. A file that is there with the right digest is not fetched again.
     *
     * @param limit largest sum of sizes, bytes; checked before the first byte moves
     * @param notFound the reason when it is not there: {@code SourceNotFound}, {@code DatasetNotFound} of what a user
     *     named, {@code ArtifactMissing} of what the operator pushed
     * @throws RuntimeFailure with a reason and the next step
     * @throws IOException the folder cannot be written
     */
    public Pulled pull(Reference reference, Path folder, long limit, FailureReason notFound) throws IOException {
        return pull(reference, folder, _ -> true, limit, notFound);
    }

    /** Pulls only the files with these names, as many of them as there are. */
    public Pulled pull(Reference reference, Path folder, Predicate<String> names, long limit, FailureReason notFound)
            throws IOException {
        StoredManifest stored = manifest(reference, notFound);
        List<FilePlan.PlannedFile> plan = FilePlan.of(stored.read(reference), folder).stream()
                .filter(file -> names.test(file.name()))
                .toList();
        long bytes = plan.stream().mapToLong(file -> file.layer().size()).sum();
        requireLimit(bytes, limit, reference);
        fetch(plan, folder, reference, notFound);
        return new Pulled(
                stored.digest(),
                bytes,
                plan.stream().map(FilePlan.PlannedFile::name).toList());
    }

    /**
     * Pulls the one file of an artifact, whatever its name there. Where there are several, it is the one with one of the
     * endings.
     *
     * @param name the file's name in the folder
     * @param endings for example {@code .npz}
     * @throws RuntimeFailure with a reason and the next step; {@code InvalidDataset}: there is not one such file
     * @throws IOException the folder cannot be written
     */
    public Pulled pullFile(
            Reference reference,
            Path folder,
            String name,
            Collection<String> endings,
            long limit,
            FailureReason notFound)
            throws IOException {
        StoredManifest stored = manifest(reference, notFound);
        List<FilePlan.PlannedFile> files = FilePlan.of(stored.read(reference), folder);
        List<FilePlan.PlannedFile> fitting = files.size() == 1
                ? files
                : files.stream()
                        .filter(file -> endings.stream().anyMatch(file.name()::endsWith))
                        .toList();
        if (fitting.size() != 1) {
            throw new RuntimeFailure(
                    FailureReason.INVALID_DATASET,
                    "%s has %d files that end with %s, not one; push one file with 'edgeai push'."
                            .formatted(reference, fitting.size(), String.join(" or ", endings)));
        }
        Descriptor layer = fitting.getFirst().layer();
        requireLimit(layer.size(), limit, reference);
        fetch(List.of(new FilePlan.PlannedFile(name, folder.resolve(name), layer)), folder, reference, notFound);
        return new Pulled(stored.digest(), layer.size(), List.of(name));
    }

    /**
     * A manifest.
     *
     * @param notFound the reason when it is not there
     * @throws RuntimeFailure with a reason and the next step
     */
    public StoredManifest manifest(Reference reference, FailureReason notFound) {
        return reaching(notFound, () -> registry.manifest(reference));
    }

    /** Fetches the files that are not there yet. */
    void fetch(List<FilePlan.PlannedFile> plan, Path folder, Reference repository, FailureReason notFound)
            throws IOException {
        List<FilePlan.PlannedFile> missing = FilePlan.missing(plan);
        FilePlan.requireSpace(missing, folder, repository.toString());
        for (FilePlan.PlannedFile file : missing) {
            String what = "file '%s' of %s".formatted(file.name(), repository.name());
            reaching(notFound, () -> {
                registry.download(repository, file.layer(), file.place(), what);
                return file;
            });
        }
    }

    /**
     * Makes sure that the registry has a manifest and everything it names.
     *
     * @throws RuntimeFailure with {@code notFound}: the message names what is missing
     */
    public StoredManifest requireComplete(Reference reference, FailureReason notFound) {
        StoredManifest stored = manifest(reference, notFound);
        Manifest manifest = stored.read(reference);
        Stream.concat(Stream.of(manifest.config()), manifest.layers().stream()).forEach(blob -> {
            OptionalLong size = reaching(notFound, () -> registry.blobSize(reference, blob.digest()));
            if (size.isEmpty() || size.getAsLong() != blob.size()) {
                throw new RuntimeFailure(
                        notFound,
                        "%s is not whole: blob %s (%s) of %,d bytes is missing in the registry. Push it again."
                                .formatted(
                                        reference,
                                        blob.digest(),
                                        blob.fileName().orElse(blob.mediaType()),
                                        blob.size()));
            }
        });
        return stored;
    }

    /**
     * Reads everything that a manifest names through and checks it, without keeping it.
     *
     * @throws RuntimeFailure {@code DigestMismatch}, or {@code ArtifactMissing} when something is missing
     */
    public void verify(Reference reference) {
        Manifest manifest = manifest(reference, FailureReason.ARTIFACT_MISSING).read(reference);
        Stream.concat(Stream.of(manifest.config()), manifest.layers().stream()).forEach(blob -> {
            String what = "'%s' of %s".formatted(blob.fileName().orElse(blob.mediaType()), reference.name());
            reaching(FailureReason.ARTIFACT_MISSING, () -> {
                registry.check(reference, blob, what);
                return blob;
            });
        });
    }

    /**
     * What is attached to an artifact.
     *
     * @param subject the artifact, by digest
     * @param artifactType which attachments
     * @return descriptors of their manifests; empty when there are none
     */
    public List<Descriptor> attachments(Reference subject, String artifactType) {
        return reaching(FailureReason.REGISTRY_UNAVAILABLE, () -> new ReferrerList(registry).of(subject, artifactType));
    }

    /**
     * The content of an attachment.
     *
     * @param subject the artifact, by digest
     * @param attachment digest of the attachment's manifest
     * @param notFound the reason when it is not there
     * @throws RuntimeFailure {@code notFound}, {@code DigestMismatch}
     */
    public Attachment attachment(Reference subject, Digest attachment, FailureReason notFound) {
        Reference reference = subject.at(attachment);
        Manifest manifest = manifest(reference, notFound).read(reference);
        if (manifest.layers().size() != 1) {
            throw new RuntimeFailure(
                    notFound,
                    "%s has %d layers, not one; it is no attachment of this program."
                            .formatted(reference, manifest.layers().size()));
        }
        return new Attachment(manifest, content(reference, manifest.layers().getFirst(), notFound));
    }

    /** The content of a small layer, its digest checked. */
    public byte[] content(Reference repository, Descriptor layer, FailureReason notFound) {
        return reaching(
                notFound, () -> registry.blob(repository, layer, Attachment.MAX_BYTES, "the content of " + repository));
    }

    /**
     * Puts an artifact of small files, and sees to it that it is found from its subject. The same one twice is one.
     *
     * @param repository with the subject's digest, if the artifact has a subject
     * @return digest of its manifest
     */
    public Digest publish(Reference repository, SmallArtifact artifact) {
        return reaching(FailureReason.REGISTRY_UNAVAILABLE, () -> {
            registry.upload(repository, Attachment.emptyConfig(), "the configuration for " + repository);
            artifact.blobs().forEach(blob -> registry.upload(repository, blob, "a file for " + repository));
            if (artifact.manifest().subject() == null) {
                byte[] manifest = artifact.manifest().toBytes();
                registry.putManifest(repository.at(artifact.digest()), Manifest.MEDIA_TYPE, manifest);
            } else {
                new ReferrerList(registry).put(repository, artifact.manifest());
            }
            return artifact.digest();
        });
    }

    /**
     * Attaches something to an artifact. The same attachment twice is one.
     *
     * @param subject the artifact, by digest
     * @return digest of the attachment's manifest
     */
    public Digest attach(Reference subject, Attachment attachment) {
        return reaching(FailureReason.REGISTRY_UNAVAILABLE, () -> {
            registry.upload(subject, Attachment.emptyConfig(), "the configuration of an attachment of " + subject);
            registry.upload(subject, attachment.content(), "the content of an attachment of " + subject);
            new ReferrerList(registry).put(subject, attachment.manifest());
            return attachment.digest();
        });
    }

    private static void requireLimit(long bytes, long limit, Reference reference) {
        if (bytes > limit) {
            throw VerifiedCopy.tooLarge("%s (%,d bytes)".formatted(reference, bytes), limit);
        }
    }

    private static <T> T reaching(FailureReason notFound, Supplier<T> work) {
        try {
            return work.get();
        } catch (TransferException e) {
            throw e.failure(notFound);
        }
    }
}
