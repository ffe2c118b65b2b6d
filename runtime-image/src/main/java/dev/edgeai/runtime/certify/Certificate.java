package dev.edgeai.runtime.certify;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.runtime.artifact.Attachment;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A certificate whose signature holds.
 *
 * @param statement what it says
 * @param envelope its bytes: a DSSE envelope
 */
public record Certificate(Statement statement, byte[] envelope) {
    /** By which certificates are found among what refers to an artifact. */
    static final String ARTIFACT_TYPE = Statement.MEDIA_TYPE;

    /** Of the envelope. */
    public static final String MEDIA_TYPE = Envelope.MEDIA_TYPE;

    static Certificate sign(Statement statement, SigningKey key) {
        byte[] envelope =
                Envelope.sign(Statement.MEDIA_TYPE, statement.toBytes(), key).toBytes();
        return open(envelope, key.trusted()); // what would not verify is not handed out
    }

    /**
     * Checks the signature and that the statement is a passed test result, or one that is marked as about the source.
     *
     * @throws RuntimeFailure {@code CertificateInvalid}: the message says why
     */
    public static Certificate open(byte[] envelope, Trust key) {
        try {
            Statement statement = Statement.read(Envelope.open(envelope, Statement.MEDIA_TYPE, key));
            requireMayServe(statement);
            return new Certificate(statement, envelope);
        } catch (IOException e) {
            throw new RuntimeFailure(
                    FailureReason.CERTIFICATE_INVALID,
                    "The certificate does not hold: %s. Serve only what the operator certified, with its public key."
                            .formatted(e.getMessage()),
                    e);
        }
    }

    /**
     * Checks that the certificate is for this artifact on this class of hardware.
     *
     * @param accelerator name of the accelerator profile; absent when any will do
     * @throws RuntimeFailure {@code CertificateMismatch}: the message names both
     */
    public Certificate requireFor(Digest artifact, @Nullable String accelerator) {
        if (!statement.artifact().equals(artifact)) {
            throw mismatch("artifact " + statement.artifact(), artifact.toString());
        }
        if (accelerator != null && !statement.accelerator().equals(accelerator)) {
            throw mismatch("accelerator '" + statement.accelerator() + "'", "'" + accelerator + "'");
        }
        return this;
    }

    /** For people: what it was certified for, where, and by which gates. */
    public String describe() {
        Statement.TestResult result = statement.predicate();
        return "Accelerator '%s', run %s/%s, trial %s%s; passed: %s%s%s."
                .formatted(
                        statement.accelerator(),
                        result.edgeai().namespace(),
                        result.edgeai().run(),
                        result.edgeai().trial(),
                        statement.ofSource() ? " (the source itself, as no variant qualified)" : "",
                        result.passedTests().isEmpty() ? "none" : String.join(", ", result.passedTests()),
                        listed("; missed: ", result.failedTests()),
                        listed("; not measured or not told: ", result.warnedTests()));
    }

    private static String listed(String what, List<String> gates) {
        return gates.isEmpty() ? "" : what + String.join(", ", gates);
    }

    /**
     * As it is attached to the artifact.
     *
     * @param manifest bytes of the artifact's manifest
     */
    Attachment attachment(byte[] manifest) {
        return Attachment.to(
                manifest,
                ARTIFACT_TYPE,
                Envelope.MEDIA_TYPE,
                envelope,
                Map.of(
                        "in-toto.io/predicate-type",
                        Statement.PREDICATE_TYPE,
                        "dev.edgeai.accelerator",
                        statement.accelerator()));
    }

    @SuppressWarnings("ConstantValue") // signed, but by any version of the signer
    private static void requireMayServe(Statement statement) throws IOException {
        boolean shaped = Statement.TYPE.equals(statement.type())
                && Statement.PREDICATE_TYPE.equals(statement.predicateType())
                && statement.subject() != null
                && statement.subject().size() == 1
                && statement.predicate() != null
                && statement.predicate().edgeai() != null
                && statement.predicate().edgeai().gates() != null;
        if (!shaped) {
            throw new IOException("it is no test result about one artifact");
        }
        Statement.TestResult result = statement.predicate();
        List<GateResult> gates = result.edgeai().gates();
        boolean honest = Statement.TestResult.result(gates).equals(result.result()) && !gates.isEmpty();
        boolean passed = Statement.TestResult.PASSED.equals(result.result())
                && gates.stream().anyMatch(gate -> gate.verdict() == Verdict.PASS);
        if (!honest || !(passed || statement.ofSource())) {
            throw new IOException("not all of its gates passed, and it is not about a source that may serve without");
        }
    }

    private static RuntimeFailure mismatch(String certified, String wanted) {
        return new RuntimeFailure(
                FailureReason.CERTIFICATE_MISMATCH,
                "The certificate is for %s, not for %s. Run the optimization for this one and serve what it certifies."
                        .formatted(certified, wanted));
    }
}
