package dev.edgeai.runtime.certify;

import com.fasterxml.jackson.core.JacksonException;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.registry.ModelFolder;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A variant on disk that may be loaded, or a source that is served as it is: certified for this class of hardware by a
 * trusted key, and every byte of it as certified. There is no other way to get one than {@link #open}.
 */
public final class VerifiedModel {
    private final Path folder;
    private final VariantDescriptor descriptor;
    private final Certificate certificate;

    private VerifiedModel(Path folder, VariantDescriptor descriptor, Certificate certificate) {
        this.folder = folder;
        this.descriptor = descriptor;
        this.certificate = certificate;
    }

    /**
     * Verifies a folder that {@code edgeai load} filled, from disk alone: signature, gates, accelerator, the manifest's
     * and every file's digest, and that no other file lies there.
     *
     * @param models the folder, for example {@code /models}
     * @param key whose certificates are trusted
     * @param accelerator name of the accelerator profile this process runs on
     * @throws RuntimeFailure {@code CertificateMissing}, {@code CertificateInvalid}, {@code CertificateMismatch} or
     *     {@code DigestMismatch}; the message names what differs. {@code UnsupportedModel}: it holds no descriptor
     * @throws IOException the folder cannot be read
     */
    public static VerifiedModel open(Path models, Trust key, String accelerator) throws IOException {
        ModelFolder folder = new ModelFolder(models);
        byte[] envelope = folder.certificate()
                .orElseThrow(() -> new RuntimeFailure(
                        FailureReason.CERTIFICATE_MISSING,
                        "%s holds no certificate. Fill it with 'edgeai load'.".formatted(models)));
        Certificate certificate = Certificate.open(envelope, key);
        Digest artifact = certificate.statement().artifact();
        certificate.requireFor(artifact, accelerator);
        List<String> files = folder.verify(artifact);
        VariantDescriptor descriptor = descriptor(models, files);
        if (certificate.statement().ofSource()) {
            requireUnchanged(descriptor, models);
        }
        return new VerifiedModel(models, descriptor, certificate);
    }

    /** The variant's files. */
    public Path folder() {
        return folder;
    }

    /** How to run it. */
    public VariantDescriptor descriptor() {
        return descriptor;
    }

    /** Digest of the variant. */
    public Digest artifact() {
        return certificate.statement().artifact();
    }

    /** What was certified: gates, measurements, versions. */
    public Statement statement() {
        return certificate.statement();
    }

    private static VariantDescriptor descriptor(Path models, List<String> files) throws IOException {
        if (!files.contains(VariantDescriptor.FILE)) {
            throw unsupported(models, "there is no " + VariantDescriptor.FILE + " among its files");
        }
        VariantDescriptor descriptor;
        try {
            descriptor = Json.read(Files.readString(models.resolve(VariantDescriptor.FILE)), VariantDescriptor.class);
        } catch (JacksonException e) {
            throw unsupported(models, VariantDescriptor.FILE + " is no descriptor: " + e.getOriginalMessage());
        }
        if (!files.contains(descriptor.model())) {
            throw unsupported(models, "its model '%s' is not among its files".formatted(descriptor.model()));
        }
        return descriptor;
    }

    /** What failed its gates is served only as the source, and no optimizer makes a source. */
    private static void requireUnchanged(VariantDescriptor descriptor, Path models) {
        String technique = descriptor.technique();
        if (technique != null && !technique.equals(TrialSpec.BASELINE)) {
            throw new RuntimeFailure(
                    FailureReason.CERTIFICATE_MISMATCH,
                    "The certificate is for a source as it is, but %s holds a variant of technique '%s'. Serve what an optimization run selected."
                            .formatted(models, technique));
        }
    }

    private static RuntimeFailure unsupported(Path models, String why) {
        return new RuntimeFailure(
                FailureReason.UNSUPPORTED_MODEL,
                "%s holds no variant: %s. Serve what an optimization run selected.".formatted(models, why));
    }
}
