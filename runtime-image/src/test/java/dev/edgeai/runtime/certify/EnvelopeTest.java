package dev.edgeai.runtime.certify;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.pod.RuntimeFailure;
import dev.edgeai.runtime.pod.UsageException;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EnvelopeTest {
    private static final String ARTIFACT = "sha256:" + "a".repeat(64);

    private final SigningKey key = SigningKey.generate();
    private final Statement statement = Statement.of(
            Requests.of("registry/models/digits@" + ARTIFACT, "intel-cpu", List.of(), Verdict.PASS, Verdict.PASS));

    @Test
    void whatIsSignedIsThePreAuthenticationEncodingOfTheSpecification() {
        byte[] encoded =
                Envelope.authenticated("http://example.com/HelloWorld", "hello world".getBytes(StandardCharsets.UTF_8));

        assertThat(encoded).asString().isEqualTo("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    @Test
    void whatWasSignedHolds() {
        Certificate certificate =
                Certificate.open(Certificate.sign(statement, key).envelope(), key.trusted());

        assertThat(certificate.statement()).isEqualTo(statement);
        assertThat(certificate.requireFor(Digest.parse(ARTIFACT), "intel-cpu")).isSameAs(certificate);
    }

    @Test
    void oneChangedBitAnywhereInTheEnvelopeIsRefused() {
        byte[] envelope = Certificate.sign(statement, key).envelope();
        for (int at = 0; at < envelope.length; at++) {
            byte[] changed = envelope.clone();
            changed[at] ^= 1;
            int place = at;
            assertThatThrownBy(() -> Certificate.open(changed, key.trusted()))
                    .as("bit 0 of byte %d of %d", place, envelope.length)
                    .isInstanceOfSatisfying(
                            RuntimeFailure.class,
                            e -> assertThat(e.reason()).isEqualTo(FailureReason.CERTIFICATE_INVALID));
        }
    }

    @Test
    void addedSpaceAndAddedFieldsAreRefused() {
        String envelope = new String(Certificate.sign(statement, key).envelope(), StandardCharsets.UTF_8);
        for (String changed : List.of(
                envelope + "\n",
                " " + envelope,
                envelope.replace(",", ", "),
                "{\"extra\":1," + envelope.substring(1))) {
            assertRefused(changed.getBytes(StandardCharsets.UTF_8), key.trusted(), "was changed");
        }
    }

    @Test
    void anotherKeyIsRefusedAndBothAreNamed() {
        TrustedKey other = SigningKey.generate().trusted();

        assertRefused(Certificate.sign(statement, key).envelope(), other, other.id());
        assertRefused(
                Certificate.sign(statement, key).envelope(),
                other,
                key.trusted().id());
    }

    @Test
    void whileOneKeyFollowsAnotherBothAreTrusted() {
        SigningKey next = SigningKey.generate();
        Trust both = Trust.parse(pem(next.trusted()) + pem(key.trusted()));

        for (SigningKey signer : List.of(key, next)) {
            assertThat(Certificate.open(Certificate.sign(statement, signer).envelope(), both)
                            .statement())
                    .isEqualTo(statement);
        }
        SigningKey stranger = SigningKey.generate();
        byte[] foreign = Certificate.sign(statement, stranger).envelope();
        assertRefused(foreign, both, stranger.trusted().id());
        assertRefused(foreign, both, next.trusted().id() + ", " + key.trusted().id());
    }

    @Test
    void oneBadKeyAmongSeveralIsAnErrorAndNotLessTrust() {
        String bad = pem(key.trusted()).replace("MFkw", "AAAA");
        assertThatThrownBy(() -> Trust.parse(pem(key.trusted()) + bad)).isInstanceOf(UsageException.class);
        assertThatThrownBy(() -> Trust.parse("")).isInstanceOf(UsageException.class);
    }

    private static String pem(TrustedKey trusted) {
        return Pem.encode(Pem.PUBLIC_KEY, trusted.key().getEncoded());
    }

    @Test
    void aForgedKeyIdDoesNotHelp() {
        SigningKey forger = SigningKey.generate();
        Envelope forged = Envelope.sign(Statement.MEDIA_TYPE, statement.toBytes(), forger);
        Envelope renamed = new Envelope(
                forged.payloadType(),
                forged.payload(),
                List.of(new Envelope.Signed(
                        key.trusted().id(), forged.signatures().getFirst().sig())));

        assertRefused(renamed.toBytes(), key.trusted(), "signature is wrong");
    }

    @Test
    void anEnvelopeWithoutSignatureIsRefused() {
        Envelope signed = Envelope.sign(Statement.MEDIA_TYPE, statement.toBytes(), key);

        assertRefused(
                new Envelope(signed.payloadType(), signed.payload(), List.of()).toBytes(), key.trusted(), "no DSSE");
        assertRefused("{}".getBytes(StandardCharsets.UTF_8), key.trusted(), "no DSSE");
        assertRefused("null".getBytes(StandardCharsets.UTF_8), key.trusted(), "no DSSE");
        assertRefused(new byte[0], key.trusted(), "no DSSE");
    }

    @Test
    void aSignedStatementThatIsNoPassedTestResultIsRefused() {
        Statement failed = Statement.of(
                Requests.of("registry/models/digits@" + ARTIFACT, "intel-cpu", List.of(), Verdict.PASS, Verdict.FAIL));
        Statement empty = Statement.of(Requests.of("registry/models/digits@" + ARTIFACT, "intel-cpu", List.of()));
        for (Statement bad : List.of(failed, empty)) {
            assertRefused(sign(bad.toBytes()), key.trusted(), "not all of its gates passed");
        }
        assertRefused(sign("{\"_type\":\"x\"}".getBytes(StandardCharsets.UTF_8)), key.trusted(), "no test result");
    }

    @Test
    void aCertificateForAnotherArtifactOrAcceleratorIsRefusedAndBothAreNamed() {
        Certificate certificate = Certificate.sign(statement, key);
        Digest other = new Digest("b".repeat(64));

        assertThatThrownBy(() -> certificate.requireFor(Digest.parse(ARTIFACT), "arm-cpu"))
                .isInstanceOf(RuntimeFailure.class)
                .hasMessageContainingAll("intel-cpu", "arm-cpu");
        assertThatThrownBy(() -> certificate.requireFor(other, "intel-cpu"))
                .isInstanceOfSatisfying(
                        RuntimeFailure.class, e -> assertThat(e.reason()).isEqualTo(FailureReason.CERTIFICATE_MISMATCH))
                .hasMessageContainingAll(ARTIFACT, other.toString());
    }

    @Test
    void theSameMeasurementsAreTheSameStatement() {
        Statement again = Statement.of(Requests.of(
                "registry/models/digits@" + ARTIFACT,
                "intel-cpu",
                List.of("ignored:5000"),
                Verdict.PASS,
                Verdict.PASS));

        assertThat(again.toBytes()).isEqualTo(statement.toBytes());
    }

    private byte[] sign(byte[] payload) {
        return Envelope.sign(Statement.MEDIA_TYPE, payload, key).toBytes();
    }

    private static void assertRefused(byte[] envelope, Trust key, String why) {
        assertThatThrownBy(() -> Certificate.open(envelope, key))
                .isInstanceOfSatisfying(
                        RuntimeFailure.class, e -> assertThat(e.reason()).isEqualTo(FailureReason.CERTIFICATE_INVALID))
                .hasMessageContaining(why);
    }
}
