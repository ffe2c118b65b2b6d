package dev.edgeai.runtime.certify;

import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.runtime.artifact.Descriptor;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.StoredManifest;
import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Signs that a variant passed its gates, or what the source is, and attaches the certificate to the variant in the registry. */
public final class Certifier {
    private static final Logger LOG = LoggerFactory.getLogger(Certifier.class);

    private final Artifacts artifacts;
    private final SigningKey key;

    public Certifier(Artifacts artifacts, SigningKey key) {
        this.artifacts = artifacts;
        this.key = key;
    }

    /**
     * Certifies. The same request gives the same certificate: ECDSA signatures are random, so one that this key signed
     * before is used again.
     *
     * @return digest of the certificate's manifest
     * @throws RuntimeFailure {@code GateRefused}: a gate did not pass; {@code ArtifactMissing}: the artifact is not
     *     whole in the registry
     */
    public Digest certify(CertificateRequest request) {
        requirePassed(request);
        Reference artifact = Reference.parse(request.artifact());
        Reference subject = artifact.at(artifact.requireDigest());
        StoredManifest stored = artifacts.requireComplete(subject, FailureReason.ARTIFACT_MISSING);
        Statement statement = Statement.of(request);
        return existing(subject, statement)
                .orElseGet(() -> artifacts.attach(
                        subject, Certificate.sign(statement, key).attachment(stored.bytes())));
    }

    private Optional<Digest> existing(Reference subject, Statement statement) {
        return artifacts.attachments(subject, Certificate.ARTIFACT_TYPE).stream()
                .map(Descriptor::digest)
                .filter(digest -> says(subject, digest, statement))
                .findFirst();
    }

    private boolean says(Reference subject, Digest certificate, Statement statement) {
        try {
            byte[] envelope = artifacts
                    .attachment(subject, certificate, FailureReason.CERTIFICATE_MISSING)
                    .content();
            return Arrays.equals(
                    Certificate.open(envelope, key.trusted()).statement().toBytes(), statement.toBytes());
        } catch (RuntimeFailure e) {
            LOG.info("Passing over {}: {}", certificate, e.getMessage());
            return false;
        }
    }

    /** The source need not pass: its certificate says what it is, and what it missed. */
    private static void requirePassed(CertificateRequest request) {
        String refusals = request.gates().stream()
                .filter(_ -> !isSource(request))
                .filter(gate -> gate.verdict() == Verdict.FAIL || gate.verdict() == Verdict.INCONCLUSIVE)
                .map(Certifier::sentence)
                .collect(Collectors.joining("; "));
        if (!refusals.isEmpty() || request.gates().isEmpty()) {
            throw new RuntimeFailure(
                    FailureReason.GATE_REFUSED,
                    "No certificate for %s: %s. Only a trial that passed every gate is certified."
                            .formatted(request.artifact(), refusals.isEmpty() ? "it names no gate" : refusals));
        }
    }

    private static boolean isSource(CertificateRequest request) {
        return request.source() && TrialStatus.SOURCE.equals(request.trial());
    }

    private static String sentence(GateResult gate) {
        return "gate %s is %s (value %s, threshold %s)"
                .formatted(gate.name(), gate.verdict(), gate.value(), gate.threshold());
    }
}
