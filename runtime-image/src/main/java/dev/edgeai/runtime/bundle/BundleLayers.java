package dev.edgeai.runtime.bundle;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.runtime.artifact.Descriptor;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.certify.Statement;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.util.List;
import java.util.Set;

/**
 * The files of a bundle in a registry: the variant's, and two that are added.
 *
 * @param all a layer each
 */
record BundleLayers(List<Descriptor> all) {
    /** The certificate, a DSSE envelope. */
    static final String CERTIFICATE = "certificate.json";

    /** Names of the two files that are added. */
    static final Set<String> ADDED = Set.of(BundleManifest.FILE, CERTIFICATE);

    /** Without the two. */
    List<Descriptor> variant() {
        return all.stream()
                .filter(layer -> layer.fileName().filter(ADDED::contains).isEmpty())
                .toList();
    }

    /**
     * The layer of a file.
     *
     * @throws RuntimeFailure {@code UnsupportedModel}: there is not one of this name
     */
    Descriptor named(String name) {
        List<Descriptor> found = all.stream()
                .filter(layer -> layer.fileName().filter(name::equals).isPresent())
                .toList();
        if (found.size() != 1) {
            throw new RuntimeFailure(
                    FailureReason.UNSUPPORTED_MODEL,
                    "The artifact has %d files named '%s', not one. Take what an optimization run certified."
                            .formatted(found.size(), name));
        }
        return found.getFirst();
    }

    /** What {@code bundle.json} has to say of these files; only the descriptor is fetched for it. */
    BundleManifest manifest(Artifacts artifacts, Reference repository, Statement statement) {
        Descriptor descriptor = named(VariantDescriptor.FILE);
        return BundleManifest.of(
                statement, artifacts.content(repository, descriptor, FailureReason.ARTIFACT_MISSING), variant());
    }
}
