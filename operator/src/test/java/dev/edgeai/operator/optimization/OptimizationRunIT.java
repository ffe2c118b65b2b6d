package dev.edgeai.operator.optimization;

import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FetchResult;
import dev.edgeai.api.trial.ReportResult;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Selected;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import static org.assertj.core.api.Assertions.assertThat;

/** The life of an OptimizationRun. */
class OptimizationRunIT extends OptimizationRunScenario {
    @ParameterizedTest(name = "operator restarted between any two steps: {0}")
    @ValueSource(booleans = {false, true})
    void aRunGoesFromBaselineToACertifiedVariant(boolean restarts) throws Exception {
        create(run(2));

        Job baseline = job(namespace, RUN + "-baseline");
        step(restarts);
        Pod pod = kubelet.start(baseline);
        step(restarts);
        kubelet.succeed(
                baseline,
                pod,
                Map.of(
                        "fetch", new FetchResult(Results.SOURCE, Results.DATASET, 1_687_247),
                        "assess", Results.assessment(),
                        "measure", Results.baseline()));

        Job first = job(namespace, RUN + "-openvino-int8-ptq");
        OptimizationRunStatus searching = status(status -> status.phase() == RunPhase.SEARCHING);
        assertThat(searching.progress()).isEqualTo("0/2");
        assertThat(searching.sourceDigest()).isEqualTo(Results.SOURCE);
        assertThat(searching.assessment()).isEqualTo(Results.assessment());
        assertThat(searching.baseline()).isEqualTo(Results.baseline().baseline());
        assertThat(spec(first).source().digest())
                .as("variants come from the measured bytes")
                .isEqualTo(Results.SOURCE);
        assertThat(spec(first).evaluation().dataset().digest()).isEqualTo(Results.DATASET);
        assertThat(jobs(namespace)).as("one trial at a time").hasSize(2);

        step(restarts);
        pod = kubelet.start(first);
        status(status -> trial(status, "openvino-int8-ptq").phase() == TrialPhase.RUNNING);
        step(restarts);
        kubelet.succeed(first, pod, Map.of("measure", Results.variant("openvino-int8-ptq", 'b', 3.0)));
        OptimizationRunStatus half = status(status -> "1/2".equals(status.progress()));
        assertThat(trial(half, "openvino-int8-ptq").node()).isEqualTo(Kubelet.NODE);

        String secondName = half.trials().get(1).name();
        Job second = job(namespace, RUN + "-" + secondName);
        step(restarts);
        pod = kubelet.start(second);
        kubelet.succeed(second, pod, Map.of("measure", Results.variant(secondName, 'c', 1.1)));

        // Named by the uid too: another namespace may have a run of this name.
        String uid = client.resources(OptimizationRun.class)
                .inNamespace(namespace)
                .withName(RUN)
                .get()
                .getMetadata()
                .getUid();
        Job certify = job(SYSTEM, RUN + "-" + uid.substring(0, 8) + "-certify-openvino-int8-ptq");
        OptimizationRunStatus certifying = status(status -> status.phase() == RunPhase.CERTIFYING);
        assertThat(trial(certifying, secondName).phase()).isEqualTo(TrialPhase.REJECTED);
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
        assertThat(request.artifact())
                .isEqualTo("registry:5000/models/" + namespace + "/" + RUN + "@" + Results.digest('b'));
        assertThat(request.gates()).isNotEmpty();

        step(restarts);
        pod = kubelet.start(certify);
        kubelet.succeed(certify, pod, Map.of("certify", new CertificateResult(Results.digest('e'), null)));

        OptimizationRunStatus done = status(status -> status.phase() == RunPhase.SUCCEEDED);
        Selected selected = Objects.requireNonNull(done.selected());
        assertThat(selected.variant()).isEqualTo("openvino/int8-ptq");
        assertThat(done.certificate()).isEqualTo(Results.digest('e'));
        assertThat(selected.speedup()).isEqualTo(Decimal.of("3"));
        assertThat(condition(done, "Ready")).isEqualTo("True");
        assertThat(server.kubectl("get", "or", RUN, "-n", namespace, "--no-headers"))
                .containsPattern("^digits +(<none> +)?intel-cpu +Succeeded +2/2 +1 +openvino/int8-ptq +3 +0.99 ");

        step(restarts);
        Job report = job(namespace, RUN + "-report");
        kubelet.succeed(report, kubelet.start(report), Map.of("report", new ReportResult(Results.digest('f'))));
        OptimizationRunStatus reported = status(status -> status.report() != null);
        assertThat(reported.report()).isEqualTo(Results.digest('f'));
        assertThat(reported.selected()).isEqualTo(selected);
    }

    @Test
    void aFailedBaselineFailsTheRunWithThePodsOwnWords() throws Exception {
        create(run(2));
        Job baseline = job(namespace, RUN + "-baseline");
        Pod pod = kubelet.start(baseline);
        kubelet.fail(
                baseline,
                pod,
                "fetch",
                1,
                "Error",
                Json.write(new Failure("SourceNotFound", "registry:5000/models/digits:1 does not exist; push it")));

        OptimizationRunStatus failed = status(status -> status.phase() == RunPhase.FAILED);
        assertThat(failed.conditions().stream()
                        .filter(c -> c.getType().equals("Stalled"))
                        .findFirst()
                        .orElseThrow())
                .satisfies(stalled -> {
                    assertThat(stalled.getStatus()).isEqualTo("True");
                    assertThat(stalled.getReason()).isEqualTo("SourceNotFound");
                    assertThat(stalled.getMessage()).contains("does not exist; push it");
                });
    }

    @Test
    void eachTransitionIsToldOnceHoweverOftenItIsLookedAt() throws Exception {
        create(run(1));
        passBaseline();
        status(status -> status.phase() == RunPhase.SEARCHING);
        for (int i = 0; i < 3; i++) {
            client.resources(OptimizationRun.class)
                    .inNamespace(namespace)
                    .withName(RUN)
                    .edit(found -> {
                        found.getMetadata().getAnnotations().put("touched", Long.toString(System.nanoTime()));
                        return found;
                    });
        }
        step(true);
        List<String> reasons = client.v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> event.getInvolvedObject().getName().equals(RUN))
                .map(Event::getReason)
                .toList();
        assertThat(reasons).contains("Searching").doesNotHaveDuplicates();
    }

    @Test
    void aRunThatDoesNotChangeIsNotWritten() throws Exception {
        create(run(1));
        job(namespace, RUN + "-baseline");
        status(status -> status.phase() == RunPhase.ASSESSING);
        String before = current().getMetadata().getResourceVersion();
        step(true);
        Awaitility.await()
                .during(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() ->
                        assertThat(current().getMetadata().getResourceVersion()).isEqualTo(before));
    }

    @Test
    void aMissingNodeIsNamedAndOneThatComesStartsTheRun() throws Exception {
        client.nodes().withName(Kubelet.NODE).delete();
        create(run(1));
        OptimizationRunStatus waiting = status(status -> "True".equals(condition(status, "Stalled")));
        assertThat(waiting.conditions().getFirst().getMessage()).contains("edgeai.dev/accelerator=intel-cpu");

        kubelet.readyNode("intel-cpu");
        job(namespace, RUN + "-baseline");
    }

    @Test
    void aFinishedRunWithoutOwnerIsDeletedAfterItsTime() throws Exception {
        create(run(1, "\"ttlAfterFinished\": \"1s\","));
        Job baseline = job(namespace, RUN + "-baseline");
        Pod pod = kubelet.start(baseline);
        kubelet.fail(baseline, pod, "fetch", 1, "Error", Json.write(new Failure("SourceNotFound", "gone")));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> client.resources(OptimizationRun.class)
                                .inNamespace(namespace)
                                .withName(RUN)
                                .get()
                        == null);
    }
}
