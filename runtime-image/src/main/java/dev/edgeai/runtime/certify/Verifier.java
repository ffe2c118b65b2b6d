package dev.edgeai.runtime.certify;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.artifact.Descriptor;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.artifact.registry.ModelFolder;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Says of an artifact what holds and what does not. */
public final class Verifier {
    private final Trust key;
    private final @Nullable String accelerator;

    /**
     * Makes a verifier.
     *
     * @param key whose certificates are trusted
     * @param accelerator the class of hardware that the certificate must be for; absent when any will do
     */
    public Verifier(Trust key, @Nullable String accelerator) {
        this.key = key;
        this.accelerator = accelerator;
    }

    /**
     * What was found.
     *
     * @param artifact what was looked at
     * @param holds whether its content is whole and at least one certificate holds
     * @param checks one for the content, one for each certificate
     */
    public record Report(String artifact, boolean holds, List<Check> checks) {
        /** Of the content and all certificates that were found. */
        public static Report of(String artifact, Check content, List<Check> certificates) {
            List<Check> all = new ArrayList<>(List.of(content));
            all.addAll(certificates);
            boolean holds = content.holds() && certificates.stream().anyMatch(Check::holds);
            return new Report(artifact, holds, List.copyOf(all));
        }
    }

    /**
     * One thing that was checked.
     *
     * @param name {@code content}, {@code certificate} or {@code certificate sha256:…}
     * @param holds the outcome
     * @param detail why, in a sentence
     */
    public record Check(String name, boolean holds, String detail) {
        /**
         * Whether a claim holds.
         *
         * @throws RuntimeFailure {@code RegistryUnavailable}: then it is not known
         */
        public static Check of(String name, Claim claim) throws IOException {
            try {
                return new Check(name, true, claim.hold());
            } catch (RuntimeFailure e) {
                if (e.reason() == FailureReason.REGISTRY_UNAVAILABLE) {
                    throw e;
                }
                return new Check(name, false, e.reason().reason() + ": " + e.getMessage());
            }
        }
    }

    /** Something that throws when it does not hold, and otherwise says what does. */
    @FunctionalInterface
    public interface Claim {
        String hold() throws IOException;
    }

    /**
     * Verifies an artifact in a registry with all its certificates.
     *
     * @throws RuntimeFailure {@code RegistryUnavailable}
     */
    public Report verify(Artifacts artifacts, Reference artifact) throws IOException {
        Digest digest = artifact.requireDigest();
        Reference subject = artifact.at(digest);
        Check content = Check.of("content", () -> {
            artifacts.verify(subject);
            return "Every file has its digest.";
        });
        List<Check> certificates = new ArrayList<>();
        for (Descriptor listed : artifacts.attachments(subject, Certificate.ARTIFACT_TYPE)) {
            certificates.add(Check.of("certificate " + listed.digest(), () -> {
                byte[] envelope = artifacts
                        .attachment(subject, listed.digest(), FailureReason.CERTIFICATE_MISSING)
                        .content();
                return Certificate.open(envelope, key)
                        .requireFor(digest, accelerator)
                        .describe();
            }));
        }
        if (certificates.isEmpty()) {
            certificates.add(new Check("certificate", false, "Nothing that refers to the artifact is a certificate."));
        }
        return Report.of(subject.toString(), content, certificates);
    }

    /** Verifies a folder that {@code edgeai load} filled, without a registry. */
    public Report verify(Path folder) throws IOException {
        Check certificate = Check.of("certificate", () -> {
            Certificate opened = opened(folder);
            return opened.requireFor(opened.statement().artifact(), accelerator).describe();
        });
        Check content = Check.of("content", () -> {
            Certificate opened = opened(folder);
            VerifiedModel.open(folder, key, opened.statement().accelerator());
            return "Every file has its digest, and there is no other file.";
        });
        return Report.of(folder.toString(), content, List.of(certificate));
    }

    private Certificate opened(Path folder) throws IOException {
        byte[] envelope = new ModelFolder(folder)
                .certificate()
                .orElseThrow(
                        () -> new RuntimeFailure(FailureReason.CERTIFICATE_MISSING, folder + " holds no certificate."));
        return Certificate.open(envelope, key);
    }
}
