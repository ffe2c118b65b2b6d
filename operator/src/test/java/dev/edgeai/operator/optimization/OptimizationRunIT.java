package dev.edgeai.operator.optimization;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FetchResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.Decimal;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Selected;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.TrialPhase;
import dev.edgeai.api.v1alpha1.TrialStatus;
import dev.edgeai.operator.EdgeAiOperator;
import dev.edgeai.operator.Services;
import dev.edgeai.operator.config.Settings;
import dev.edgeai.operator.job.Json;
import dev.edgeai.testing.ApiServer;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.ResourceQuotaStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import static org.assertj.core.api.Assertions.assertThat;

/** The life of a run against a real API server; the test writes what kubelet and Job controller would write. */
@ExtendWith(ApiServer.Extension.class)
class OptimizationRunIT {
    private static final String SYSTEM = "edgeai-system";
    private static final AtomicInteger NAMESPACES = new AtomicInteger();
    private static final String RUN = "digits";

    private ApiServer server;
    private KubernetesClient client;
    private Kubelet kubelet;
    private String namespace;
    private EdgeAiOperator operator;

    @BeforeEach
    void start(ApiServer apiServer) throws IOException {
        server = apiServer;
        client = apiServer.client();
        kubelet = new Kubelet(client);
        server.namespace(SYSTEM);
        namespace = server.namespace("vision-" + NAMESPACES.incrementAndGet());
        kubelet.readyNode("intel-cpu");
        startOperator();
    }

    @AfterEach
    void stop() {
        operator.close();
        client.resources(OptimizationRun.class).inNamespace(namespace).delete();
        client.batch().v1().jobs().inNamespace(SYSTEM).delete();
    }

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
        CertificateRequest request = Json.read(
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
        kubelet.succeed(certify, pod, Map.of("certify", new CertificateResult(Results.digest('e'))));

        OptimizationRunStatus done = status(status -> status.phase() == RunPhase.SUCCEEDED);
        Selected selected = Objects.requireNonNull(done.selected());
        assertThat(selected.variant()).isEqualTo("openvino/int8-ptq");
        assertThat(done.certificate()).isEqualTo(Results.digest('e'));
        assertThat(selected.speedup()).isEqualTo(Decimal.of("3"));
        assertThat(condition(done, "Ready")).isEqualTo("True");
        assertThat(server.kubectl("get", "or", RUN, "-n", namespace, "--no-headers"))
                .containsPattern("^digits +(<none> +)?intel-cpu +Succeeded +2/2 +1 +openvino/int8-ptq +3 +0.99 ");
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
    void aJobThatFoundTheRegistryAwayIsMadeAnewAfterAPause() throws Exception {
        create(run(1));
        Job baseline = job(namespace, RUN + "-baseline");
        kubelet.fail(
                baseline,
                kubelet.start(baseline),
                "fetch",
                1,
                "Error",
                Json.write(new Failure("RegistryUnavailable", "registry:5000 does not answer")));

        OptimizationRunStatus waiting =
                status(status -> !status.registryRetries().isEmpty());
        assertThat(waiting.phase()).isEqualTo(RunPhase.ASSESSING);
        assertThat(condition(waiting, "Reconciling")).isEqualTo("True");
        assertThat(waiting.conditions().getFirst().getMessage())
                .contains("registry:5000 does not answer; attempt 2 of 5 follows at ");
        Awaitility.await().until(() -> jobs(namespace).isEmpty());
        operator.close();
        operator = operator(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1)));

        job(namespace, RUN + "-baseline");
        passBaseline();
        status(status ->
                status.phase() == RunPhase.SEARCHING && status.registryRetries().isEmpty());
    }

    @Test
    void aKilledTrialFailsAloneAndTheSearchGoesOn() throws Exception {
        create(run(2));
        passBaseline();
        Job first = job(namespace, RUN + "-openvino-int8-ptq");
        kubelet.fail(first, kubelet.start(first), "measure", 137, "OOMKilled", "");

        OptimizationRunStatus half = status(status -> "1/2".equals(status.progress()));
        assertThat(trial(half, "openvino-int8-ptq")).satisfies(trial -> {
            assertThat(trial.phase()).isEqualTo(TrialPhase.FAILED);
            assertThat(trial.reason()).isEqualTo("OutOfMemory");
            assertThat(trial.message()).contains("container measure", "memory limit of 1Gi");
        });
        job(namespace, RUN + "-" + half.trials().get(1).name());
    }

    @Test
    void aJobThatSomebodyDeletesIsMadeAgain() throws Exception {
        create(run(1));
        Job baseline = job(namespace, RUN + "-baseline");
        kubelet.start(baseline);
        client.resource(baseline).delete();

        Awaitility.await().until(() -> {
            Job again = client.batch()
                    .v1()
                    .jobs()
                    .inNamespace(namespace)
                    .withName(RUN + "-baseline")
                    .get();
            return again != null
                    && !again.getMetadata()
                            .getUid()
                            .equals(baseline.getMetadata().getUid());
        });
    }

    @Test
    void aJobWhosePodIsGoneBeforeItsResultWasReadIsMadeAgain() throws Exception {
        operator.close();
        create(run(1));
        startOperator();
        Job baseline = job(namespace, RUN + "-baseline");
        operator.close();
        Pod pod = kubelet.start(baseline);
        kubelet.succeed(baseline, pod, Map.of("measure", Results.baseline()));
        client.resource(pod).withGracePeriod(0).delete();
        startOperator();

        Awaitility.await().until(() -> {
            Job again = client.batch()
                    .v1()
                    .jobs()
                    .inNamespace(namespace)
                    .withName(RUN + "-baseline")
                    .get();
            return again != null
                    && !again.getMetadata()
                            .getUid()
                            .equals(baseline.getMetadata().getUid());
        });
        assertThat(status(status -> true).phase()).isNotEqualTo(RunPhase.FAILED);
    }

    @Test
    void aRunMadeAnewUnderAnOldNameDoesNotTakeTheOldJobsForItsOwn() throws Exception {
        OptimizationRun old = create(run(1));
        Job oldBaseline = job(namespace, RUN + "-baseline");
        kubelet.fail(
                oldBaseline,
                kubelet.start(oldBaseline),
                "fetch",
                1,
                "Error",
                Json.write(new Failure("SourceNotFound", "gone")));
        status(status -> status.phase() == RunPhase.FAILED);
        client.resource(old).delete();
        Awaitility.await().until(() -> client.resource(old).get() == null);

        create(run(1)); // no garbage collector runs here: the old Job is still there

        Awaitility.await().until(() -> {
            Job again = client.batch()
                    .v1()
                    .jobs()
                    .inNamespace(namespace)
                    .withName(RUN + "-baseline")
                    .get();
            return again != null
                    && !again.getMetadata()
                            .getUid()
                            .equals(oldBaseline.getMetadata().getUid());
        });
        assertThat(status(status -> status.phase() != null).phase()).isEqualTo(RunPhase.ASSESSING);
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

    @Test
    void aRefusedJobIsToldToTheNamespacesPeopleAndTriedAgain() throws Exception {
        client.resource(new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withName("none")
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewSpec()
                        .addToHard("count/jobs.batch", new Quantity("0"))
                        .endSpec()
                        .withNewStatus()
                        .endStatus()
                        .build())
                .create();
        client.resourceQuotas().inNamespace(namespace).withName("none").editStatus(quota -> {
            quota.setStatus(new ResourceQuotaStatusBuilder()
                    .addToHard("count/jobs.batch", new Quantity("0"))
                    .addToUsed("count/jobs.batch", new Quantity("0"))
                    .build());
            return quota;
        });
        create(run(1));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(client.v1()
                                .events()
                                .inNamespace(namespace)
                                .list()
                                .getItems())
                        .anySatisfy(event -> {
                            assertThat(event.getReason()).isEqualTo("JobRefused");
                            assertThat(event.getMessage()).contains("exceeded quota: none");
                        }));

        client.resourceQuotas().inNamespace(namespace).withName("none").delete();
        job(namespace, RUN + "-baseline");
    }

    private void passBaseline() {
        Job baseline = job(namespace, RUN + "-baseline");
        kubelet.succeed(
                baseline,
                kubelet.start(baseline),
                Map.of(
                        "fetch", new FetchResult(Results.SOURCE, Results.DATASET, 1_687_247),
                        "assess", Results.assessment(),
                        "measure", Results.baseline()));
    }

    private void step(boolean restart) throws IOException {
        if (restart) {
            operator.close();
            startOperator();
        }
    }

    private void startOperator() throws IOException {
        operator = operator(Clock.systemUTC());
    }

    private EdgeAiOperator operator(Clock clock) throws IOException {
        Settings settings = new Settings(Path.of("unused"), SYSTEM, "test", Set.of(), false, 0);
        return EdgeAiOperator.start(Services.of(server.newClient(), settings, config(), clock), () -> {});
    }

    private static OperatorConfig config() {
        return Json.read("""
                        {"registry": {"prefix": "registry:5000/models", "plainHttp": ["registry:5000"]},
                         "images": {"runtime": "edgeai/runtime:test", "optimizers": {"OpenVINO": "edgeai/optimizer-openvino:test"}},
                         "accelerators": [{"name": "intel-cpu", "resources": {"limits": {"memory": "1Gi"}}}]}
                        """, OperatorConfig.class).orElseThrow();
    }

    private OptimizationRun run(int maxTrials) {
        return run(maxTrials, "");
    }

    private OptimizationRun run(int maxTrials, String more) {
        OptimizationRun run = new OptimizationRun();
        run.setMetadata(new ObjectMetaBuilder()
                .withName(RUN)
                .withNamespace(namespace)
                .addToAnnotations("touched", "0")
                .build());
        run.setSpec(Json.read("""
                        {"source": {"uri": "oci://registry:5000/models/digits:1"}, "task": "ImageClassification",
                         "evaluation": {"dataset": {"uri": "oci://registry:5000/data/digits:1"}},
                         "accelerator": "intel-cpu", %s "search": {"maxTrials": %d, "frameworks": ["OpenVINO"]}}
                        """.formatted(more, maxTrials), OptimizationRunSpec.class)
                .orElseThrow());
        return run;
    }

    private OptimizationRun create(OptimizationRun run) {
        return client.resource(run).create();
    }

    private OptimizationRun current() {
        return client.resources(OptimizationRun.class)
                .inNamespace(namespace)
                .withName(RUN)
                .require();
    }

    private OptimizationRunStatus status(Predicate<OptimizationRunStatus> expected) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> current().getStatus(), status -> status != null && expected.test(status));
    }

    private Job job(String where, String name) {
        return Awaitility.await(name)
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> client.batch()
                                .v1()
                                .jobs()
                                .inNamespace(where)
                                .withName(name)
                                .get(),
                        job -> job != null);
    }

    private List<Job> jobs(String where) {
        return client.batch().v1().jobs().inNamespace(where).list().getItems();
    }

    private static TrialStatus trial(OptimizationRunStatus status, String name) {
        return status.trials().stream()
                .filter(trial -> trial.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static TrialSpec spec(Job job) {
        Container measure =
                job.getSpec().getTemplate().getSpec().getContainers().getFirst();
        return Json.read(env(measure, TrialSpec.ENVIRONMENT_VARIABLE), TrialSpec.class)
                .orElseThrow();
    }

    private static String env(Container container, String name) {
        return container.getEnv().stream()
                .filter(env -> env.getName().equals(name))
                .map(EnvVar::getValue)
                .findFirst()
                .orElseThrow();
    }

    private static String condition(OptimizationRunStatus status, String type) {
        return status.conditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .map(Condition::getStatus)
                .findFirst()
                .orElse("Unknown");
    }
}
