package dev.edgeai.runtime.artifact.registry;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.artifact.Descriptor;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.Index;
import dev.edgeai.runtime.artifact.Manifest;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.transfer.TransferException;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/**
 * What refers to a manifest. Registries with the referrers API keep the list themselves; for the others the OCI
 * distribution specification has clients keep it as an index under the tag {@code sha256-<hex>}.
 */
final class ReferrerList {
    private final RegistryClient registry;

    ReferrerList(RegistryClient registry) {
        this.registry = registry;
    }

    /**
     * What refers to a manifest, of one artifact type. Some registries with the API list a wrong type, but did not say
     * either that they keep the list; then it is under the tag too.
     */
    List<Descriptor> of(Reference subject, String artifactType) {
        List<Descriptor> listed =
                index(() -> registry.referrers(subject, artifactType), subject).ofType(artifactType);
        return listed.isEmpty() ? fallback(subject).ofType(artifactType) : listed;
    }

    /** Puts a manifest that has a subject, and sees to it that {@link #of} finds it. */
    void put(Reference subject, Manifest manifest) {
        byte[] bytes = manifest.toBytes();
        Digest digest = Digest.of(bytes);
        boolean listed = registry.putManifest(subject.at(digest), Manifest.MEDIA_TYPE, bytes);
        if (!listed) {
            Descriptor entry = new Descriptor(
                    Manifest.MEDIA_TYPE, digest, bytes.length, manifest.artifactType(), manifest.annotations());
            Index index = fallback(subject).with(entry);
            registry.putManifest(fallbackTag(subject), Index.MEDIA_TYPE, index.toBytes());
        }
    }

    private Index fallback(Reference subject) {
        return index(() -> registry.manifest(fallbackTag(subject)).bytes(), subject);
    }

    private static Reference fallbackTag(Reference subject) {
        return subject.tagged("sha256-" + subject.requireDigest().hex());
    }

    private static Index index(Supplier<byte[]> source, Reference subject) {
        try {
            return Index.read(source.get());
        } catch (TransferException e) {
            if (e.kind() == TransferException.Kind.NOT_FOUND) {
                return new Index(2, Index.MEDIA_TYPE, List.of());
            }
            throw e;
        } catch (IOException e) {
            throw new RuntimeFailure(
                    FailureReason.REGISTRY_UNAVAILABLE,
                    "The registry's list of what refers to %s is no OCI index (%s). Delete its tag '%s' or repair it."
                            .formatted(
                                    subject,
                                    e.getMessage(),
                                    fallbackTag(subject).tag()),
                    e);
        }
    }
}
