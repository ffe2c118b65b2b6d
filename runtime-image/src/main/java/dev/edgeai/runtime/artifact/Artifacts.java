package dev.edgeai.runtime.artifact;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.cli.Environment;
import dev.edgeai.runtime.cli.RuntimeFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Pushes and pulls artifacts. What other packages use; thread-safe.
 *
 * <p>Credentials come from a mounted {@code dockerconfigjson} (folder in {@code EDGEAI_DOCKER_CONFIG} or
 * {@code DOCKER_CONFIG}). A registry that does not answer is tried again for {@code EDGEAI_RETRY_SECONDS} (120).
 */
public final class Artifacts {
    private static final Logger LOG = LoggerFactory.getLogger(Artifacts.class);
    private static final String RETRY_VARIABLE = "EDGEAI_RETRY_SECONDS";

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

    static Retry retry(Environment environment) {
        return Retry.within(Duration.ofSeconds(
                environment.get(RETRY_VARIABLE).map(Long::parseLong).orElse(120L)));
    }

    RegistryClient registry() {
        return registry;
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
                registry.upload(target, layer.digest(), layer.size(), file.path(), file.name());
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
     * @param notFound the reason when it is not there: {@code SourceNotFound}, {@code DatasetNotFound}
     * @throws RuntimeFailure with a reason and the next step
     * @throws IOException the folder cannot be written
     */
    public Pulled pull(Reference reference, Path folder, long limit, FailureReason notFound) throws IOException {
        try {
            RegistryClient.Stored stored = registry.manifest(reference);
            Manifest manifest = readManifest(stored, reference);
            FilePlan.requireSpace(manifest, folder, limit, reference.toString());
            List<FilePlan.PlannedFile> plan = FilePlan.of(manifest, folder);
            fetch(plan, reference);
            return new Pulled(
                    stored.digest(),
                    manifest.layerBytes(),
                    plan.stream().map(FilePlan.PlannedFile::name).toList());
        } catch (TransferException e) {
            throw e.failure(notFound);
        }
    }

    void fetch(List<FilePlan.PlannedFile> plan, Reference repository) throws IOException {
        for (FilePlan.PlannedFile file : plan) {
            if (!file.isDone()) {
                String what = "file '%s' of %s".formatted(file.name(), repository.name());
                registry.download(repository, file.layer(), file.place(), what);
            }
        }
    }

    static Manifest readManifest(RegistryClient.Stored stored, Reference reference) {
        if (stored.mediaType().equals(Index.MEDIA_TYPE) || stored.mediaType().endsWith("manifest.list.v2+json")) {
            throw new RuntimeFailure(
                    FailureReason.UNSUPPORTED_MODEL,
                    "%s is an index of several images, not an artifact with files. Push them with 'edgeai push'."
                            .formatted(reference));
        }
        try {
            return Manifest.read(stored.bytes());
        } catch (IOException e) {
            throw new RuntimeFailure(
                    FailureReason.UNSUPPORTED_MODEL,
                    "%s is no OCI image manifest (%s). Push the files with 'edgeai push'."
                            .formatted(reference, e.getMessage()),
                    e);
        }
    }
}
