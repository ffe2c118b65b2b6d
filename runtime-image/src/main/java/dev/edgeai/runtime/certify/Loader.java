package dev.edgeai.runtime.certify;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.artifact.registry.ModelFolder;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Fills a folder with a certified variant. Nothing of the variant is fetched before its certificate holds. */
public final class Loader {
    private static final Logger LOG = LoggerFactory.getLogger(Loader.class);

    private final Artifacts artifacts;
    private final Trust key;
    private final String accelerator;

    public Loader(Artifacts artifacts, Trust key, String accelerator) {
        this.artifacts = artifacts;
        this.key = key;
        this.accelerator = accelerator;
    }

    /**
     * Loads. When the folder holds everything already, no registry is asked.
     *
     * @param artifact the variant, by digest
     * @param certificate digest of the certificate's manifest
     * @throws RuntimeFailure {@code CertificateMissing}, {@code CertificateInvalid}, {@code CertificateMismatch},
     *     {@code DigestMismatch}, {@code ArtifactMissing}, {@code RegistryUnavailable}, {@code DiskFull}
     */
    public VerifiedModel load(Reference artifact, Digest certificate, Path models) throws IOException {
        Reference subject = artifact.at(artifact.requireDigest());
        ModelFolder folder = new ModelFolder(models);
        if (!isKept(folder, subject.requireDigest(), certificate)) {
            fetchCertificate(subject, certificate, folder);
        }
        if (!folder.manifest().map(Digest::of).equals(Optional.of(subject.requireDigest()))) {
            folder.keepManifest(
                    artifacts.manifest(subject, FailureReason.ARTIFACT_MISSING).bytes());
        }
        folder.fill(artifacts, subject);
        return VerifiedModel.open(models, key, accelerator);
    }

    /** Whether manifest and certificate lie there and are the ones that are asked for. */
    private boolean isKept(ModelFolder folder, Digest artifact, Digest certificate) throws IOException {
        Optional<byte[]> manifest = folder.manifest();
        Optional<byte[]> envelope = folder.certificate();
        if (manifest.isEmpty() || envelope.isEmpty()) {
            return false;
        }
        try {
            Certificate kept = Certificate.open(envelope.get(), key).requireFor(artifact, accelerator);
            return Digest.of(manifest.get()).equals(artifact)
                    && kept.attachment(manifest.get()).digest().equals(certificate);
        } catch (RuntimeFailure e) {
            LOG.info("The certificate in the folder is not used: {}", e.getMessage());
            return false;
        }
    }

    private void fetchCertificate(Reference subject, Digest certificate, ModelFolder folder) throws IOException {
        byte[] envelope = artifacts
                .attachment(subject, certificate, FailureReason.CERTIFICATE_MISSING)
                .content();
        Certificate.open(envelope, key).requireFor(subject.requireDigest(), accelerator);
        folder.keepCertificate(envelope);
    }
}
