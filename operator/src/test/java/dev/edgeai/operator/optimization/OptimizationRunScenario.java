package dev.edgeai.operator.optimization;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.trial.FetchResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.operator.EdgeAiOperator;
import dev.edgeai.operator.config.OperatorEnvironment;
import dev.edgeai.operator.rollout.ChartPermissions;
import dev.edgeai.operator.services.Services;
import dev.edgeai.planner.Json;
import dev.edgeai.testing.ApiServer;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** The life of a run against a real API server; the test writes what kubelet and Job controller would write. */
@ExtendWith(ApiServer.Extension.class)
abstract class OptimizationRunScenario {
    static final String SYSTEM = "edgeai-system";
    static final AtomicInteger NAMESPACES = new AtomicInteger();
    static final String RUN = "digits";

    ApiServer server;
    KubernetesClient client;
    Kubelet kubelet;
    String namespace;
    EdgeAiOperator operator;

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

    void passBaseline() {
        Job baseline = job(namespace, RUN + "-baseline");
        kubelet.succeed(
                baseline,
                kubelet.start(baseline),
                Map.of(
                        "fetch", new FetchResult(Results.SOURCE, Results.DATASET, 1_687_247),
                        "assess", Results.assessment(),
                        "measure", Results.baseline()));
    }

    void step(boolean restart) throws IOException {
        if (restart) {
            operator.close();
            startOperator();
        }
    }

    final void startOperator() throws IOException {
        operator = operator(Clock.systemUTC());
    }

    EdgeAiOperator operator(Clock clock) throws IOException {
        OperatorEnvironment settings = new OperatorEnvironment(Path.of("unused"), SYSTEM, "test", Set.of(), false, 0);
        return EdgeAiOperator.start(
                Services.of(ChartPermissions.client(client, SYSTEM), settings, config(), clock), () -> {});
    }

    static OperatorConfig config() {
        return Json.find("""
                        {"registry": {"prefix": "registry:5000/models", "plainHttp": ["registry:5000"]},
                         "images": {"runtime": "edgeai/runtime:test", "optimizers": {"OpenVINO": "edgeai/optimizer-openvino:test"}},
                         "accelerators": [{"name": "intel-cpu", "resources": {"limits": {"memory": "1Gi"}}}]}
                        """, OperatorConfig.class).orElseThrow();
    }

    OptimizationRun run(int maxTrials) {
        return run(maxTrials, "");
    }

    OptimizationRun run(int maxTrials, String more) {
        OptimizationRun run = new OptimizationRun();
        run.setMetadata(new ObjectMetaBuilder()
                .withName(RUN)
                .withNamespace(namespace)
                .addToAnnotations("touched", "0")
                .build());
        run.setSpec(Json.find("""
                        {"source": {"uri": "oci://registry:5000/models/digits:1"}, "task": "ImageClassification",
                         "evaluation": {"dataset": {"uri": "oci://registry:5000/data/digits:1"}},
                         "accelerator": "intel-cpu", %s "search": {"maxTrials": %d, "frameworks": ["OpenVINO"]}}
                        """.formatted(more, maxTrials), OptimizationRunSpec.class)
                .orElseThrow());
        return run;
    }

    OptimizationRun create(OptimizationRun run) {
        return client.resource(run).create();
    }

    OptimizationRun current() {
        return client.resources(OptimizationRun.class)
                .inNamespace(namespace)
                .withName(RUN)
                .require();
    }

    OptimizationRunStatus status(Predicate<OptimizationRunStatus> expected) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> current().getStatus(), status -> status != null && expected.test(status));
    }

    Job job(String where, String name) {
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

    List<Job> jobs(String where) {
        return client.batch().v1().jobs().inNamespace(where).list().getItems();
    }

    static TrialStatus trial(OptimizationRunStatus status, String name) {
        return status.trials().stream()
                .filter(trial -> trial.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    static TrialSpec spec(Job job) {
        Container measure =
                job.getSpec().getTemplate().getSpec().getContainers().getFirst();
        return Json.find(env(measure, TrialSpec.ENVIRONMENT_VARIABLE), TrialSpec.class)
                .orElseThrow();
    }

    static String env(Container container, String name) {
        return container.getEnv().stream()
                .filter(env -> env.getName().equals(name))
                .map(EnvVar::getValue)
                .findFirst()
                .orElseThrow();
    }

    static String condition(OptimizationRunStatus status, String type) {
        return status.conditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .map(Condition::getStatus)
                .findFirst()
                .orElse("Unknown");
    }
}
