package dev.edgeai.runtime.bundle;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.Manifest;
import dev.edgeai.runtime.artifact.ModelPack;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.certify.Certificate;
import dev.edgeai.runtime.certify.Trust;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;

/** Fills a folder with a bundle. Nothing is written before its certificate holds for everything in it. */
public final class BundleDownload {
    private final Artifacts artifacts;
    private final Trust key;
    private final @Nullable String accelerator;

    /**
     * Makes a download.
     *
     * @param key whose certificates are trusted
     * @param accelerator the class of hardware that it must be for; absent when any will do
     */
    public BundleDownload(Artifacts artifacts, Trust key, @Nullable String accelerator) {
        this.artifacts = artifacts;
        this.key = key;
        this.accelerator = accelerator;
    }

    /**
     * Fetches and verifies. What is there already is not fetched again.
     *
     * @param bundle by digest
     * @throws RuntimeFailure {@code CertificateInvalid}, {@code CertificateMismatch}, {@code DigestMismatch},
     *     {@code UnsupportedModel}: it is no bundle; {@code ArtifactMissing}, {@code RegistryUnavailable}
     */
    public BundleManifest fetch(Reference bundle, Path into) throws IOException {
        Reference reference = bundle.at(bundle.requireDigest());
        BundleLayers layers = layers(reference);
        byte[] envelope =
                artifacts.content(reference, layers.named(BundleLayers.CERTIFICATE), FailureReason.CERTIFICATE_MISSING);
        Certificate certificate =
                Certificate.open(envelope, key).requireFor(ModelPack.digest(layers.variant()), accelerator);
        BundleManifest manifest = layers.manifest(artifacts, reference, certificate.statement());
        if (!layers.named(BundleManifest.FILE).digest().equals(Digest.of(manifest.toBytes()))) {
            throw new RuntimeFailure(
                    FailureReason.DIGEST_MISMATCH,
                    "%s: %s does not say what the certificate and the files say. Take what an optimization run certified."
                            .formatted(reference, BundleManifest.FILE));
        }
        artifacts.pull(reference, into, Long.MAX_VALUE, FailureReason.ARTIFACT_MISSING);
        return new BundleFolder(into).open(key, accelerator);
    }

    private BundleLayers layers(Reference reference) {
        Manifest manifest =
                artifacts.manifest(reference, FailureReason.ARTIFACT_MISSING).read(reference);
        if (!Bundler.ARTIFACT_TYPE.equals(manifest.artifactType())) {
            throw new RuntimeFailure(
                    FailureReason.UNSUPPORTED_MODEL,
                    "%s is of type %s, no bundle. The target's status names one."
                            .formatted(reference, manifest.artifactType()));
        }
        return new BundleLayers(manifest.layers());
    }
}
