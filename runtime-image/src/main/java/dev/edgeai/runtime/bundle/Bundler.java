package dev.edgeai.runtime.bundle;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.artifact.Descriptor;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.ModelPack;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.SmallArtifact;
import dev.edgeai.runtime.artifact.StoredManifest;
import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.certify.Certificate;
import dev.edgeai.runtime.certify.Trust;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.util.List;
import java.util.Map;

/** Puts a certified variant and its certificate together in the registry. No file of the variant moves for it. */
public final class Bundler {
    static final String ARTIFACT_TYPE = "application/vnd.edgeai.bundle.v1";

    private final Artifacts artifacts;
    private final Trust key;

    public Bundler(Artifacts artifacts, Trust key) {
        this.artifacts = artifacts;
        this.key = key;
    }

    /**
     * Bundles. The same certificate gives the same bundle.
     *
     * @param artifact the variant, by digest
     * @param certificate digest of the certificate's manifest
     * @return digest of the bundle's manifest
     * @throws RuntimeFailure {@code UnsupportedModel}: the variant cannot be bundled; what is wrong with the certificate
     */
    public Digest bundle(Reference artifact, Digest certificate) {
        Reference subject = artifact.at(artifact.requireDigest());
        StoredManifest stored = artifacts.manifest(subject, FailureReason.ARTIFACT_MISSING);
        List<Descriptor> layers = stored.read(subject).layers();
        requireBundleable(layers, subject);
        byte[] envelope = artifacts
                .attachment(subject, certificate, FailureReason.CERTIFICATE_MISSING)
                .content();
        Certificate opened = Certificate.open(envelope, key).requireFor(subject.requireDigest(), null);
        byte[] manifest = new BundleLayers(layers)
                .manifest(artifacts, subject, opened.statement())
                .toBytes();
        return artifacts.publish(
                subject,
                SmallArtifact.of(
                        ARTIFACT_TYPE,
                        layers,
                        List.of(
                                new SmallArtifact.File(BundleManifest.FILE, BundleManifest.MEDIA_TYPE, manifest),
                                new SmallArtifact.File(BundleLayers.CERTIFICATE, Certificate.MEDIA_TYPE, envelope)),
                        stored.bytes(),
                        Map.of("dev.edgeai.accelerator", opened.statement().accelerator())));
    }

    /** The certificate names the variant's manifest: it has to follow from the files, which are all a device has. */
    private static void requireBundleable(List<Descriptor> layers, Reference subject) {
        if (!new BundleLayers(layers).variant().equals(layers)) {
            throw refused(subject, "it has a file of its own named " + String.join(" or ", BundleLayers.ADDED));
        }
        if (!ModelPack.digest(layers).equals(subject.requireDigest())) {
            throw refused(subject, "its manifest was not written by 'edgeai push'");
        }
    }

    private static RuntimeFailure refused(Reference subject, String why) {
        return new RuntimeFailure(
                FailureReason.UNSUPPORTED_MODEL,
                "%s cannot be bundled: %s. Rename the file, or push the variant's folder again."
                        .formatted(subject, why));
    }
}
