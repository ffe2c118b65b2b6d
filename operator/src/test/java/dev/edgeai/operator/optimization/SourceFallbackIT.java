package dev.edgeai.operator.optimization;

import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.operator.job.CertifyJob;
import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.junit.jupiter.api.Test;

import java.util.Map;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A run that finds no variant measures its source as one, and has it certified as what it is. */
class SourceFallbackIT extends OptimizationRunScenario {
    @Test
    void theSourceIsMeasuredCertifiedAndChosenWhenNoVariantQualified() {
        create(run(1, "\"whenNoneQualifies\": \"ServeSource\", \"gates\": {\"minSpeedup\": \"4.0\"},"));
        passBaseline();
        measure("openvino-int8-ptq", 'b', 1.4);

        Job job = job(namespace, RUN + "-source");
        TrialSpec spec = spec(job);
        assertThat(spec.ofSource()).isTrue();
        assertThat(spec.framework()).as("no optimizer makes it").isNull();
        assertThat(spec.source().digest()).isEqualTo(Results.SOURCE);
        assertThat(spec.evaluation().dataset().digest()).isEqualTo(Results.DATASET);
        assertThat(job.getSpec().getTemplate().getSpec().getInitContainers())
                .extracting(Container::getName)
                .containsExactly("fetch");
        measure("source", 'c', 1.0);

        Job certify = await("the certify Job")
                .until(
                        () -> jobs(SYSTEM).stream()
                                .filter(j -> j.getMetadata().getName().endsWith("-certify-source"))
                                .findFirst()
                                .orElse(null),
                        found -> found != null);
        CertificateRequest request = Json.find(
                        env(
                                certify.getSpec()
                                        .getTemplate()
                                        .getSpec()
                                        .getContainers()
                                        .getFirst(),
                                CertificateRequest.ENVIRONMENT_VARIABLE),
                        CertificateRequest.class)
                .orElseThrow();
        assertThat(request.source()).isTrue();
        assertThat(request.gates())
                .filteredOn(gate -> gate.verdict() == Verdict.FAIL)
                .extracting(GateResult::name)
                .contains("minSpeedup");
        kubelet.succeed(
                certify,
                kubelet.start(certify),
                Map.of(CertifyJob.CERTIFY, new CertificateResult(Results.digest('e'), null)));

        OptimizationRunStatus ended = status(s -> s.phase() == RunPhase.SUCCEEDED);
        assertThat(ended.choseSource()).isTrue();
        assertThat(requireNonNull(ended.selected()).reason()).contains("the nearest is openvino/int8-ptq", "below 4x");
        assertThat(ended.certificate()).isEqualTo(Results.digest('e'));
        assertThat(condition(ended, "Ready")).isEqualTo("True");
    }

    private void measure(String trial, char digest, double speedup) {
        Job job = job(namespace, RUN + "-" + trial);
        kubelet.succeed(job, kubelet.start(job), Map.of("measure", Results.variant(trial, digest, speedup)));
    }
}
