package dev.edgeai.operator.rollout;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.operator.config.OperatorEnvironment;
import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.model.EdgeModelReconciler;
import dev.edgeai.operator.services.Services;
import dev.edgeai.testing.ApiServer;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.Operator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An EdgeModel and the operator on a real API server; {@link ControllerHands} does what Kubernetes' controllers would do.
 */
@ExtendWith(ApiServer.Extension.class)
abstract class EdgeModelScenario {
    private static final AtomicInteger NAMESPACES = new AtomicInteger();
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final String BLUE = RunResults.digest('b');
    static final String GREEN = RunResults.digest('e');
    static final String NEXT = RunResults.digest('f');

    static final String MODEL = """
            metadata: {name: digits}
            spec:
              source: {uri: "oci://registry:5000/models/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry:5000/data/digits:1"}, samples: 200}
              targets: [{name: cpu, accelerator: intel-cpu}]
              replicas: 2
              rollout:
                ramp: [{weight: 50, hold: 1s}]
                bake: 3s
                progressDeadline: 30s
                warmup: {requests: 16}
                analysis: {interval: 1s, metrics: [{name: error-rate, max: "0.01", failureLimit: 0}]}
              remediation: {cooldown: 1s}
            """;

    static final UnaryOperator<String> OTHER_SOURCE = model -> model.replace("models/digits:1", "models/digits:2");

    KubernetesClient client;
    String namespace;
    ControllerHands hands;

    /** Of the next operator that starts. */
    String config = Samples.CONFIG;

    /** Of the operator that runs. */
    Services services;

    private Operator operator;
    private EdgeModelReconciler reconciler;

    @BeforeEach
    void start(ApiServer server) {
        client = server.client();
        server.namespace("edgeai-system");
        namespace = server.namespace("rollout-" + NAMESPACES.incrementAndGet());
        hands = new ControllerHands(client, namespace);
        // right after the CRDs were made the server answers "storage is (re)initializing"
        await().ignoreExceptions().until(() -> listed(EdgeModel.class) && listed(OptimizationRun.class));
        startOperator();
    }

    @AfterEach
    void stop() {
        stopOperator();
        hands.close();
        client.resources(EdgeModel.class).inNamespace(namespace).delete();
    }

    final void startOperator() {
        KubernetesClient own = ChartPermissions.client(client, "edgeai-system");
        OperatorEnvironment settings =
                new OperatorEnvironment(Path.of("unused"), "edgeai-system", "test", Set.of(namespace), false, 0);
        services = Services.of(own, settings, Samples.yaml(config, OperatorConfig.class), Clock.systemUTC());
        reconciler = new EdgeModelReconciler(services);
        operator = new Operator(configuration -> configuration
                .withKubernetesClient(own)
                .withParseResourceVersions(true)
                .withCloseClientOnStop(true));
        operator.register(
                reconciler,
                controller -> controller.settingNamespace(namespace).withFieldManager(Services.FIELD_MANAGER));
        operator.start();
    }

    boolean listed(Class<? extends HasMetadata> kind) {
        return client.resources(kind)
                .inNamespace(namespace)
                .list(new ListOptionsBuilder().withResourceVersion("0").build())
                .getItems()
                .isEmpty();
    }

    void stopOperator() {
        operator.stop();
        reconciler.close();
    }

    void restart(boolean restarts) {
        if (restarts) {
            stopOperator();
            startOperator();
        }
    }

    /** Brings the model up with this digest serving. */
    void serve(String digest) {
        serve(digest, MODEL);
    }

    void serve(String digest, String model) {
        create(model);
        RunResults.succeed(client, run(), digest);
        until(this::settledAndReady);
    }

    /** Another source, for which the search finds these digests. */
    void offer(String... digests) {
        OptimizationRun before = run();
        edit(OTHER_SOURCE);
        RunResults.succeed(client, runAfter(before), digests);
    }

    private String written = MODEL;

    void create(String yaml) {
        written = yaml;
        EdgeModel model = Samples.yaml(yaml, EdgeModel.class);
        model.getMetadata().setNamespace(namespace);
        client.resource(model).forceConflicts().serverSideApply();
    }

    void edit(UnaryOperator<String> change) {
        String changed = change.apply(written);
        assertThat(changed).isNotEqualTo(written);
        create(changed);
    }

    void annotate(String name, String value) {
        client.resources(EdgeModel.class)
                .inNamespace(namespace)
                .withName("digits")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"annotations\":{\"%s\":\"%s\"}}}".formatted(name, value));
    }

    EdgeModel model() {
        return client.resources(EdgeModel.class)
                .inNamespace(namespace)
                .withName("digits")
                .require();
    }

    List<Deployment> deployments() {
        return client.apps().deployments().inNamespace(namespace).list().getItems();
    }

    Deployment deployment() {
        return deployments().getFirst();
    }

    EdgeModelStatus status() {
        return model().getStatus();
    }

    EdgeModelStatus until(Predicate<EdgeModelStatus> condition) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(this::status, s -> s != null && !s.targets().isEmpty() && condition.test(s));
    }

    boolean settledAndReady(EdgeModelStatus status) {
        return condition(status, "Ready").getStatus().equals("True")
                && condition(status, "Reconciling").getStatus().equals("False");
    }

    static TargetStatus target(EdgeModelStatus status) {
        return status.targets().getFirst();
    }

    static Version stable(EdgeModelStatus status) {
        return Objects.requireNonNull(target(status).stable());
    }

    static Condition condition(EdgeModelStatus status, String type) {
        return status.conditions().stream()
                .filter(c -> c.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    OptimizationRun run() {
        return Objects.requireNonNull(await().atMost(PATIENCE).until(this::currentRun, Objects::nonNull));
    }

    /** The run that the status names, if it does. */
    @Nullable
    OptimizationRun currentRun() {
        EdgeModelStatus status = status();
        String name = status == null || status.targets().isEmpty()
                ? null
                : target(status).run();
        return name == null
                ? null
                : client.resources(OptimizationRun.class)
                        .inNamespace(namespace)
                        .withName(name)
                        .get();
    }

    /** The run that follows this one. */
    OptimizationRun runAfter(OptimizationRun before) {
        return Objects.requireNonNull(await("another run")
                .atMost(PATIENCE)
                .until(this::currentRun, r -> r != null && !name(r).equals(name(before))));
    }

    static String name(OptimizationRun run) {
        return run.getMetadata().getName();
    }

    List<OptimizationRun> runs() {
        return client.resources(OptimizationRun.class)
                .inNamespace(namespace)
                .list()
                .getItems();
    }

    Service service() {
        return client.services().inNamespace(namespace).withName("digits-cpu").require();
    }

    List<String> events() {
        return client.v1().events().inNamespace(namespace).list().getItems().stream()
                .map(e -> e.getReason())
                .toList();
    }
}
