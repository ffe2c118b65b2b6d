package dev.edgeai.runtime.certify;

import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.api.trial.CertificateRequestBuilder;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.cli.Run;
import dev.edgeai.runtime.pod.ExitCode;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A source may serve although it missed gates, certified as what it is; nothing else may. */
class SourceCertificateTest extends DeliveryScenario {

    @Test
    void aSourceIsCertifiedWithTheGatesThatItMissedAndLoads() throws Exception {
        pushAsSource();
        Run load = load(sign(source(Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_MEASURED)));

        assertThat(load.code()).as(load.err()).isZero();
        Statement statement = opened().statement();
        assertThat(statement.ofSource()).isTrue();
        assertThat(statement.predicate().result()).isEqualTo("FAILED");
        assertThat(statement.predicate().passedTests()).containsExactly("gate0");
        assertThat(statement.predicate().failedTests()).containsExactly("gate1");
        assertThat(statement.predicate().warnedTests()).containsExactly("gate2", "gate3");
        assertThat(Run.of(environment, "verify", models().toString()).out())
                .contains("the source itself, as no variant qualified", "passed: gate0", "missed: gate1");
    }

    @Test
    void aSourceOfWhichNothingFailedIsWarnedAboutOrPassed() throws Exception {
        pushAsSource();
        assertThat(Statement.of(source(Verdict.PASS, Verdict.INCONCLUSIVE))
                        .predicate()
                        .result())
                .isEqualTo("WARNED");
        assertThat(Statement.of(source(Verdict.PASS)).predicate().result()).isEqualTo("PASSED");
        assertThat(load(sign(source(Verdict.PASS, Verdict.INCONCLUSIVE))).code())
                .isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"FAIL", "INCONCLUSIVE"})
    void aVariantThatMissedAGateIsNoSource(Verdict missed) throws Exception {
        CertificateRequest variant = Requests.of(artifact, ACCELERATOR, List.of(registry.address()), missed);

        CertificateRequest marked =
                CertificateRequestBuilder.builder(variant).source(true).build();
        assertThat(certify(marked).failure().reason()).isEqualTo("GateRefused");

        CertificateRequest named = CertificateRequestBuilder.builder(variant)
                .trial(TrialStatus.SOURCE)
                .build();
        assertThat(certify(named).failure().reason()).isEqualTo("GateRefused");
    }

    /** As one would be that a trial's pod had reported in the place of the source. */
    @Test
    void whatATechniqueMadeDoesNotLoadAsASource() throws Exception {
        Run load = load(sign(source(Verdict.FAIL)));

        assertThat(load.code()).isEqualTo(ExitCode.FAILED);
        assertThat(load.failure().reason()).isEqualTo("CertificateMismatch");
        assertThat(load.failure().message()).contains("technique 'int8-ptq'");
        assertThatThrownBy(this::opened)
                .isInstanceOfSatisfying(
                        RuntimeFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(FailureReason.CERTIFICATE_MISMATCH));
    }

    @Test
    void aConvertedCheckpointIsASource() throws Exception {
        pushAs(new VariantDescriptor("LlamaCpp", "model.xml", Map.of(), "llamacpp", "baseline", Map.of(), null));
        assertThat(load(sign(source(Verdict.FAIL))).code()).isZero();
    }

    /** Signed with the right key, but its result is not what its gates say. */
    @Test
    void aCertificateThatPraisesMoreThanItsGatesIsRefused() throws Exception {
        SigningKey key = SigningKey.generate();
        Statement honest = Statement.of(source(Verdict.FAIL));
        Statement.TestResult said = honest.predicate();
        Statement praised = new Statement(
                honest.type(),
                honest.subject(),
                honest.predicateType(),
                new Statement.TestResult(
                        "PASSED", said.configuration(), List.of("gate0"), List.of(), List.of(), said.edgeai()));
        assertThatThrownBy(() -> Certificate.sign(praised, key))
                .isInstanceOfSatisfying(
                        RuntimeFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(FailureReason.CERTIFICATE_INVALID));
    }

    private void pushAsSource() throws IOException {
        pushAs(new VariantDescriptor("OpenVINO", "model.xml", Map.of(), null, null, Map.of(), null));
    }

    private void pushAs(VariantDescriptor descriptor) throws IOException {
        Files.writeString(folder.resolve("variant").resolve(VariantDescriptor.FILE), Json.write(descriptor));
        artifact = push();
    }

    private CertificateRequest source(Verdict... verdicts) {
        return CertificateRequestBuilder.builder(
                        Requests.of(artifact, ACCELERATOR, List.of(registry.address()), verdicts))
                .trial(TrialStatus.SOURCE)
                .source(true)
                .build();
    }

    private String sign(CertificateRequest request) throws IOException {
        Run run = certify(request);
        assertThat(run.code()).as(run.err()).isZero();
        return run.out();
    }

    private Path models() {
        return folder.resolve("models");
    }

    private Run load(String certificate) throws IOException {
        return Run.of(
                environment,
                "load",
                "--artifact",
                artifact,
                "--certificate",
                certificate,
                "--accelerator",
                ACCELERATOR,
                "--into",
                models().toString());
    }

    private VerifiedModel opened() throws IOException {
        return VerifiedModel.open(models(), TrustedKey.read(keys.resolve("public.pem")), ACCELERATOR);
    }
}
