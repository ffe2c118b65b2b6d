package dev.edgeai.runtime.certify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.registry.TestRegistry;
import dev.edgeai.runtime.cli.Run;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

/** From a variant's files to a verified folder, by the program's own verbs, against the CNCF Distribution registry. */
class CertifiedDeliveryTest extends DeliveryScenario {
    private Path models;

    @BeforeEach
    void chooseFolder() {
        models = folder.resolve("models");
    }

    @Test
    void aCertifiedVariantIsLoadedAndOpened() throws Exception {
        String certificate = certify(ACCELERATOR);

        Run load = load(certificate, ACCELERATOR);

        assertThat(load.code()).as(load.err()).isZero();
        VerifiedModel model = VerifiedModel.open(models, key(), ACCELERATOR);
        assertThat(model.descriptor().technique()).isEqualTo("int8-ptq");
        assertThat(artifact).endsWith(model.artifact().toString());
        assertThat(model.statement().predicate().passedTests()).containsExactly("gate0", "gate1");
        assertThat(model.statement().predicate().edgeai().variant().latencyP50Micros())
                .isEqualTo(400L);
        assertThat(model.statement().predicate().configuration())
                .extracting(
                        Statement.Subject::name,
                        subject -> "sha256:" + subject.digest().get("sha256"))
                .containsExactly(tuple("source", Requests.SOURCE), tuple("dataset", Requests.DATASET));
    }

    @Test
    void aLoadedFolderNeedsNoRegistry() throws Exception {
        String certificate = certify(ACCELERATOR);
        load(certificate, ACCELERATOR);
        registry.stop();

        Run again = load(certificate, ACCELERATOR);

        assertThat(again.code()).as(again.err()).isZero();
        assertThat(verify(models.toString()).code()).isZero();
    }

    @Test
    void theSameRequestGivesTheSameCertificate() throws Exception {
        String first = certify(ACCELERATOR);

        assertThat(certify(ACCELERATOR)).isEqualTo(first);
        assertThat(certify("arm-cpu")).isNotEqualTo(first);
    }

    @Test
    void aGateThatDidNotPassIsNotCertified() throws Exception {
        for (Verdict verdict : List.of(Verdict.FAIL, Verdict.INCONCLUSIVE)) {
            Run run = certify(request(artifact, ACCELERATOR, Verdict.PASS, verdict));

            assertThat(run.code()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.failure().reason()).isEqualTo("GateRefused");
            assertThat(run.failure().message()).contains("gate1", "2.1", "2.0");
        }
        assertThat(certify(request(artifact, ACCELERATOR)).code()).isEqualTo(ExitCode.REFUSED);
        assertThat(verify(artifact).out()).contains("NO  certificate");
    }

    @Test
    void anArtifactThatIsNotWholeIsNotCertified() throws Exception {
        Files.delete(registry.blob(Digest.of(folder.resolve("variant/model.bin"))));

        Run run = certify(request(artifact, ACCELERATOR, Verdict.PASS));

        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.failure().message()).contains("model.bin");
        assertThat(certify(request(repository + "@sha256:" + "0".repeat(64), ACCELERATOR, Verdict.PASS))
                        .failure()
                        .reason())
                .isEqualTo("ArtifactMissing");
    }

    @Test
    void oneFlippedBitInAnyLoadedFileIsRefused() throws Exception {
        load(certify(ACCELERATOR), ACCELERATOR);
        List<Path> files = filesOf(models);
        assertThat(files).hasSize(5);
        for (Path file : files) {
            byte[] whole = Files.readAllBytes(file);
            TestRegistry.flip(file);
            FailureReason expected = file.endsWith("certificate.json")
                    ? FailureReason.CERTIFICATE_INVALID
                    : FailureReason.DIGEST_MISMATCH;

            assertRefused(ACCELERATOR, expected);
            assertThat(verify(models.toString()).code()).isEqualTo(ExitCode.REFUSED);

            Files.write(file, whole);
        }
        VerifiedModel.open(models, key(), ACCELERATOR);
    }

    @Test
    void aMissingAddedOrLinkedFileIsRefused() throws Exception {
        load(certify(ACCELERATOR), ACCELERATOR);
        Path added = Files.writeString(models.resolve("more.bin"), "x");
        assertRefused(ACCELERATOR, FailureReason.DIGEST_MISMATCH);
        Files.delete(added);

        Path moved = Files.move(models.resolve("model.bin"), folder.resolve("model.bin"));
        assertRefused(ACCELERATOR, FailureReason.DIGEST_MISMATCH);
        Files.createSymbolicLink(models.resolve("model.bin"), moved);
        assertRefused(ACCELERATOR, FailureReason.UNSAFE_ARCHIVE);
        Files.move(moved, models.resolve("model.bin"), StandardCopyOption.REPLACE_EXISTING);

        Files.delete(models.resolve(".edgeai/certificate.json"));
        assertRefused(ACCELERATOR, FailureReason.CERTIFICATE_MISSING);
    }

    @Test
    void aCertificateForAnotherAcceleratorIsRefusedByLoadAndByOpen() throws Exception {
        String certificate = certify(ACCELERATOR);

        Run load = load(certificate, "arm-cpu");

        assertThat(load.code()).isEqualTo(ExitCode.FAILED);
        assertThat(load.failure().reason()).isEqualTo("CertificateMismatch");
        assertThat(load.failure().message()).contains("'intel-cpu'", "'arm-cpu'");
        assertThat(models.resolve("model.bin")).doesNotExist();
        load(certificate, ACCELERATOR);
        assertRefused("arm-cpu", FailureReason.CERTIFICATE_MISMATCH);
    }

    @Test
    void aCertificateByAnotherKeyIsRefusedAndNothingIsFetched() throws Exception {
        String certificate = certify(ACCELERATOR);
        Path others = folder.resolve("others");
        Run.of(Map.of(), "keygen", "--out", others.toString());
        Map<String, String> distrusting = new HashMap<>(environment);
        distrusting.put(Environment.TRUSTED_KEY, Files.readString(others.resolve("public.pem")));

        Run load = Run.of(distrusting, loadArguments(certificate, ACCELERATOR));

        assertThat(load.code()).isEqualTo(ExitCode.FAILED);
        assertThat(load.failure().reason()).isEqualTo("CertificateInvalid");
        assertThat(models.resolve("model.bin")).doesNotExist();
        Run verify = Run.of(
                environment,
                "verify",
                artifact,
                "--key",
                others.resolve("public.pem").toString());
        assertThat(verify.code()).isEqualTo(ExitCode.REFUSED);
        assertThat(verify.out()).contains("ok  content", "NO  certificate " + certificate);
    }

    @Test
    void aCertificateOfAnotherVariantIsRefused() throws Exception {
        Path variant = folder.resolve("variant");
        String certificate = certify(ACCELERATOR);
        Files.writeString(variant.resolve("model.bin"), "other weights");
        artifact = push();

        assertThat(load(certificate, ACCELERATOR).failure().reason()).isEqualTo("CertificateMismatch");
    }

    @Test
    void aCertificateThatIsNotThereIsMissing() throws Exception {
        Run load = load("sha256:" + "0".repeat(64), ACCELERATOR);

        assertThat(load.code()).isEqualTo(ExitCode.FAILED);
        assertThat(load.failure().reason()).isEqualTo("CertificateMissing");
    }

    @Test
    void aVariantThatIsNotThereAnyMoreIsMissing() throws Exception {
        String certificate = certify(ACCELERATOR);
        Files.delete(registry.blob(Digest.of(folder.resolve("variant/model.bin"))));

        assertThat(load(certificate, ACCELERATOR).failure().reason()).isEqualTo("ArtifactMissing");
    }

    @Test
    void aRegistryThatDeniesAccessSaysNothingOfTheVariant() throws Exception {
        try (TestRegistry closed = TestRegistry.startWithCredentials(Files.createDirectory(folder.resolve("closed")))) {
            artifact = artifact.replace(registry.address(), closed.address());
            Map<String, String> stranger = new HashMap<>(environment);
            stranger.put(Environment.PLAIN_HTTP, closed.address());

            Run load = Run.of(stranger, loadArguments("sha256:" + "0".repeat(64), ACCELERATOR));

            assertThat(load.failure().reason()).isEqualTo("RegistryUnavailable");
            assertThat(load.failure().message()).contains("401", "registry.credentialsSecret");
        }
    }

    @Test
    void whatWasChangedInTheRegistryIsSeenByVerifyAndRefusedByLoad() throws Exception {
        String certificate = certify(ACCELERATOR);
        Path blob = registry.blob(Digest.of(folder.resolve("variant/model.bin")));
        assertThat(verify(artifact).code()).isZero();

        TestRegistry.flip(blob);

        Run verify = verify(artifact);
        assertThat(verify.code()).isEqualTo(ExitCode.REFUSED);
        assertThat(verify.out()).contains("NO  content: DigestMismatch", "model.bin", "ok  certificate " + certificate);
        assertThat(load(certificate, ACCELERATOR).failure().reason()).isEqualTo("DigestMismatch");
        TestRegistry.flip(blob);
        assertThat(load(certificate, ACCELERATOR).code()).isZero();
    }

    @Test
    void aCertificateChangedInTheRegistryIsRefused() throws Exception {
        String certificate = certify(ACCELERATOR);
        TestRegistry.flip(registry.blob(envelopeOf(certificate)));

        assertThat(load(certificate, ACCELERATOR).failure().reason()).isEqualTo("DigestMismatch");
        assertThat(verify(artifact).code()).isEqualTo(ExitCode.REFUSED);
    }

    @Test
    void verifySaysWhatItIsCertifiedFor() throws Exception {
        certify(ACCELERATOR);
        certify("arm-cpu");

        JsonNode any = Json.mapper()
                .readTree(Run.of(environment, "verify", artifact, "-o", "json").out());
        Run wrong = Run.of(environment, "verify", artifact, "--accelerator", "apple-silicon");

        assertThat(any.path("holds").asBoolean()).isTrue();
        assertThat(any.path("checks")).hasSize(3);
        assertThat(any.toString()).contains("intel-cpu", "arm-cpu", "vision/digits-intel-cpu-1");
        assertThat(wrong.code()).isEqualTo(ExitCode.REFUSED);
        assertThat(wrong.out()).contains("'apple-silicon'");
    }

    @Test
    void keysAreKeptFromOthersAndNotOverwritten() throws Exception {
        assertThat(Files.getPosixFilePermissions(keys.resolve("private.pem")))
                .extracting(Enum::name)
                .containsExactlyInAnyOrder("OWNER_READ", "OWNER_WRITE");
        String before = Files.readString(keys.resolve("private.pem"));

        assertThat(Run.of(Map.of(), "keygen", "--out", keys.toString()).code()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(keys.resolve("private.pem")).hasContent(before);
    }

    @Test
    void keysThatAreNoPairAreRefused() throws Exception {
        Path others = folder.resolve("others");
        Run.of(Map.of(), "keygen", "--out", others.toString());

        Run run = Run.of(
                Map.of(
                        CertificateRequest.ENVIRONMENT_VARIABLE,
                        Json.write(request(artifact, ACCELERATOR, Verdict.PASS))),
                "certify",
                "--key",
                keys.resolve("private.pem").toString(),
                "--public-key",
                others.resolve("public.pem").toString());

        assertThat(run.code()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err()).contains("not a pair").doesNotContain("BEGIN");
    }

    private Digest envelopeOf(String certificate) throws IOException {
        JsonNode manifest = Json.mapper().readTree(Files.readString(registry.blob(Digest.parse(certificate))));
        return Digest.parse(manifest.path("layers").path(0).path("digest").asText());
    }

    private String certify(String accelerator) throws IOException {
        Run run = certify(request(artifact, accelerator, Verdict.PASS, Verdict.PASS));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(Json.read(run.message(), CertificateResult.class)).isEqualTo(new CertificateResult(run.out(), null));
        return run.out();
    }

    private CertificateRequest request(String subject, String accelerator, Verdict... verdicts) {
        return Requests.of(subject, accelerator, List.of(registry.address()), verdicts);
    }

    private Run load(String certificate, String accelerator) throws IOException {
        return Run.of(environment, loadArguments(certificate, accelerator));
    }

    private String[] loadArguments(String certificate, String accelerator) {
        return new String[] {
            "load",
            "--artifact",
            artifact,
            "--certificate",
            certificate,
            "--accelerator",
            accelerator,
            "--into",
            models.toString()
        };
    }

    private Run verify(String what) throws IOException {
        return Run.of(environment, "verify", what);
    }

    private TrustedKey key() {
        return TrustedKey.read(keys.resolve("public.pem"));
    }

    private void assertRefused(String accelerator, FailureReason reason) {
        assertThatThrownBy(() -> VerifiedModel.open(models, key(), accelerator))
                .isInstanceOfSatisfying(
                        RuntimeFailure.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }

    private static List<Path> filesOf(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.filter(Files::isRegularFile).toList();
        }
    }
}
