package dev.edgeai.operator.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.RolloutPhase;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.operator.Services;
import dev.edgeai.operator.config.Settings;
import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.delivery.ServingServices;
import dev.edgeai.operator.job.Json;
import dev.edgeai.testing.ApiServer;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.Operator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The life of an EdgeModel against a real API server; {@link ControllerHands} does what its controllers would do. */
@ExtendWith(ApiServer.Extension.class)
class EdgeModelIT {
    private static final AtomicInteger NAMESPACES = new AtomicInteger();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String BLUE = RunResults.digest('b');
    private static final String GREEN = RunResults.digest('e');
    private static final String NEXT = RunResults.digest('f');

    private static final String MODEL = """
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

    private static final UnaryOperator<String> OTHER_SOURCE =
            model -> model.replace("models/digits:1", "models/digits:2");

    /** One write, with its place in the order of all writes to the API server. */
    private record Write(long version, String what) {
        static Write of(HasMetadata object, String what) {
            return new Write(Long.parseLong(object.getMetadata().getResourceVersion()), what);
        }
    }

    private KubernetesClient client;
    private String namespace;
    private ControllerHands hands;
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

    @ParameterizedTest(name = "operator restarted between any two steps: {0}")
    @ValueSource(booleans = {false, true})
    void aCertifiedVariantTakesOverFromTheOneThatServes(boolean restarts) {
        create(MODEL);
        OptimizationRun run = run();
        assertThat(run.getMetadata().getName()).matches("digits-cpu-[0-9a-f]{10}");
        RunResults.search(client, run);
        until(s -> condition(s, "Reconciling").getMessage().contains("trial 3/8 (openvino/int8-ac)"));
        restart(restarts);
        RunResults.succeed(client, run, BLUE);
        EdgeModelStatus first = until(this::settledAndReady);
        assertThat(stable(first).digest()).isEqualTo(BLUE);
        assertThat(stable(first).weight()).isEqualTo(100);
        assertThat(first.variant()).isEqualTo("openvino/int8-a");
        assertThat(first.replicas()).isEqualTo(2);
        assertThat(first.sourceDigest()).isEqualTo(RunResults.digest('5'));

        edit(OTHER_SOURCE);
        restart(restarts);
        OptimizationRun second = runAfter(run);
        assertThat(stable(status()).digest())
                .as("blue serves while the search goes on")
                .isEqualTo(BLUE);
        RunResults.succeed(client, second, GREEN);
        for (RolloutPhase phase : List.of(RolloutPhase.RAMPING, RolloutPhase.BAKING)) {
            EdgeModelStatus seen = until(s -> target(s).phase() == phase);
            assertThat(condition(seen, "Ready").getStatus())
                    .as("blue serves on")
                    .isEqualTo("True");
            restart(restarts);
        }
        EdgeModelStatus done = until(s ->
                target(s).phase() == RolloutPhase.IDLE && stable(s).digest().equals(GREEN));
        assertThat(target(done).rejected()).isEmpty();
        await("blue is taken down after the bake")
                .atMost(PATIENCE)
                .until(() -> client.apps()
                                .deployments()
                                .inNamespace(namespace)
                                .list()
                                .getItems()
                                .size()
                        == 1);
        EdgeModelStatus rest = until(this::settledAndReady);
        assertThat(rest.weight()).isEqualTo(100);
        assertThat(service().getSpec().getSelector())
                .containsEntry(Labels.REVISION, stable(rest).revision());
        assertThat(runs()).hasSize(2);
    }

    @Test
    void aVersionThatFailsRequestsIsTakenBackBeforeAnythingElseIsWritten() {
        serve(BLUE);
        Version blue = stable(status());
        hands.failRequestsOf(GREEN);
        List<Write> writes = new CopyOnWriteArrayList<>();
        try (var services = client.services()
                        .inNamespace(namespace)
                        .withName("digits-cpu")
                        .watch(Watches.on((action, service) -> writes.add(Write.of(
                                service,
                                "service " + service.getSpec().getSelector().getOrDefault(Labels.REVISION, "both")))));
                var models = client.resources(EdgeModel.class)
                        .inNamespace(namespace)
                        .watch(Watches.on((action, model) -> writes.add(Write.of(
                                model, "status " + target(model.getStatus()).phase()))));
                var deployments = client.apps()
                        .deployments()
                        .inNamespace(namespace)
                        .watch(Watches.on(
                                (action, deployment) -> writes.add(Write.of(deployment, "deployment " + action))))) {
            offer(GREEN, NEXT);
            EdgeModelStatus back =
                    until(s -> !target(s).rejected().isEmpty() && target(s).phase() == RolloutPhase.IDLE);
            assertThat(target(back).rejected())
                    .extracting(TargetStatus.RejectedDigest::digest)
                    .containsExactly(GREEN);
            TargetStatus.Rollback rollback = Objects.requireNonNull(target(back).lastRollback());
            assertThat(rollback.fromDigest()).isEqualTo(GREEN);
            assertThat(rollback.toDigest()).isEqualTo(BLUE);
            assertThat(rollback.millisToZeroWeight()).isNotNull();
            assertThat(stable(back)).isEqualTo(blue);
        }
        List<String> order = writes.stream()
                .sorted(Comparator.comparingLong(Write::version))
                .map(Write::what)
                .toList();
        List<String> fromShared = order.subList(order.lastIndexOf("service both") + 1, order.size());
        int zero = fromShared.indexOf("service " + blue.revision());
        int status = fromShared.indexOf("status ROLLING_BACK");
        assertThat(zero).as("%s", order).isBetween(0, status);
        assertThat(fromShared.subList(0, status)).as("%s", order).noneMatch(e -> e.startsWith("deployment"));
        assertThat(events()).contains("ErrorBurst");

        // remediation: the next certified member of the front, after the cooldown; the rejected one never
        EdgeModelStatus remedied = until(s ->
                target(s).phase() == RolloutPhase.IDLE && stable(s).digest().equals(NEXT));
        assertThat(target(remedied).rejected())
                .extracting(TargetStatus.RejectedDigest::digest)
                .containsExactly(GREEN);
    }

    @Test
    void aRollbackWhoseProcessDiesAfterTheTrafficWriteGoesOn() {
        serve(BLUE, MODEL.replace("hold: 1s", "hold: 10m"));
        Version blue = stable(status());
        offer(GREEN);
        EdgeModelStatus ramping =
                until(s -> target(s).phase() == RolloutPhase.RAMPING && Objects.equals(s.weight(), 50));
        stopOperator();
        ObjectNode intent = (ObjectNode) Samples.yaml(Json.write(target(status())), JsonNode.class);
        intent.put("phase", "RollingBack").put("since", Instant.now().toString());
        intent.putArray("rejected")
                .addObject()
                .put("digest", GREEN)
                .put(
                        "revision",
                        Objects.requireNonNull(target(ramping).candidate()).revision())
                .put("reason", "AnalysisFailed")
                .put("message", "errors")
                .put("time", Instant.now().toString());
        client.services()
                .inNamespace(namespace)
                .withName("digits-cpu")
                .edit(service -> new ServiceBuilder(service)
                        .editMetadata()
                        .addToAnnotations(ServingServices.INTENT, intent.toString())
                        .endMetadata()
                        .editSpec()
                        .addToSelector(Labels.REVISION, blue.revision())
                        .endSpec()
                        .build());
        List<String> selectors = new CopyOnWriteArrayList<>();
        try (var services = client.services()
                .inNamespace(namespace)
                .withName("digits-cpu")
                .watch(Watches.on((action, service) ->
                        selectors.add(service.getSpec().getSelector().getOrDefault(Labels.REVISION, "both"))))) {
            startOperator();
            EdgeModelStatus back = until(s -> target(s).phase() == RolloutPhase.IDLE);
            assertThat(target(back).rejected()).hasSize(1);
            assertThat(stable(back).digest()).isEqualTo(BLUE);
        }
        assertThat(selectors).as("nobody is sent to green again").containsOnly(blue.revision());
    }

    @Test
    void aRejectedVersionComesBackOnlyWhenAPersonAsks() {
        serve(BLUE);
        hands.refuse(GREEN, new Failure("CertificateInvalid", "the signature is not of the trusted key"));
        offer(GREEN);
        EdgeModelStatus refused = until(s ->
                target(s).phase() == RolloutPhase.IDLE && !target(s).rejected().isEmpty());
        assertThat(target(refused).rejected().getFirst().reason()).isEqualTo("CertificateInvalid");
        assertThat(condition(refused, "Stalled").getStatus()).isEqualTo("True");
        assertThat(condition(refused, "Stalled").getMessage()).contains("the signature is not of the trusted key");
        assertThat(condition(refused, "Ready").getStatus()).isEqualTo("True");
        await().during(Duration.ofSeconds(4))
                .atMost(Duration.ofSeconds(8))
                .until(() -> target(status()).phase() == RolloutPhase.IDLE
                        && stable(status()).digest().equals(BLUE));

        hands.accept(GREEN);
        annotate(Labels.RETRY, "1");
        until(s -> stable(s).digest().equals(GREEN) && target(s).phase() == RolloutPhase.IDLE);
        assertThat(runs()).as("a run that succeeded is not repeated").hasSize(2);
    }

    @Test
    void aFailedRunSaysWhyAndIsRepeatedOnlyWhenAPersonAsks() {
        serve(BLUE);
        OptimizationRun first = run();
        edit(OTHER_SOURCE);
        OptimizationRun second = runAfter(first);
        RunResults.fail(client, second, "NoVariantPassedGates", "best trial int8-ptq: speedup 1.4 of 2.0");
        EdgeModelStatus failed = until(s -> condition(s, "Stalled").getStatus().equals("True"));
        assertThat(condition(failed, "Stalled").getReason()).isEqualTo("NoVariantPassedGates");
        assertThat(condition(failed, "Stalled").getMessage()).contains("speedup 1.4 of 2.0");
        assertThat(condition(failed, "Ready").getStatus())
                .as("the last good version serves on")
                .isEqualTo("True");
        assertThat(condition(failed, "Optimized").getStatus()).isEqualTo("False");
        restart(true);
        assertThat(runs()).hasSize(2);
        annotate(Labels.RETRY, "again");
        await("a new attempt").atMost(PATIENCE).until(() -> runs().size() == 3);
        restart(true);
        await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(5)).until(() -> runs().size() == 3);
    }

    @Test
    void manualPromotionWaitsForTheDigest() {
        create(MODEL.replace("bake: 3s", "bake: 1s\n    promotion: Manual"));
        RunResults.succeed(client, run(), BLUE);
        until(this::settledAndReady);
        offer(GREEN);
        EdgeModelStatus waiting = until(s -> target(s).phase() == RolloutPhase.AWAITING_PROMOTION);
        assertThat(condition(waiting, "Reconciling").getMessage()).contains("edgeai.dev/promote=" + GREEN);
        annotate(Labels.PROMOTE, BLUE);
        await().during(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(5))
                .until(() -> target(status()).phase() == RolloutPhase.AWAITING_PROMOTION);
        annotate(Labels.PROMOTE, GREEN);
        until(s -> target(s).phase() == RolloutPhase.IDLE && stable(s).digest().equals(GREEN));
    }

    @Test
    void nothingMovesWhileSuspended() {
        create(MODEL.replace("replicas: 2", "replicas: 2\n  suspend: true"));
        until(s -> target(s).phase() == RolloutPhase.PAUSED);
        assertThat(runs()).isEmpty();
        edit(model -> model.replace("suspend: true", "suspend: false"));
        await().atMost(PATIENCE).until(() -> runs().size() == 1);
    }

    @Test
    void scalingChangesNoRevision() {
        serve(BLUE);
        Version before = stable(status());
        client.resources(EdgeModel.class)
                .inNamespace(namespace)
                .withName("digits")
                .scale(3);
        until(s -> Objects.equals(s.replicas(), 3));
        assertThat(stable(status()).revision()).isEqualTo(before.revision());
        assertThat(client.apps().deployments().inNamespace(namespace).list().getItems())
                .singleElement()
                .extracting((Deployment d) -> d.getSpec().getReplicas())
                .isEqualTo(3);
        assertThat(client.policy()
                        .v1()
                        .podDisruptionBudget()
                        .inNamespace(namespace)
                        .list()
                        .getItems())
                .hasSize(1);
        client.resources(EdgeModel.class)
                .inNamespace(namespace)
                .withName("digits")
                .scale(1);
        await().atMost(PATIENCE)
                .until(() -> client.policy()
                        .v1()
                        .podDisruptionBudget()
                        .inNamespace(namespace)
                        .list()
                        .getItems()
                        .isEmpty());
    }

    @Test
    void aTargetThatIsRemovedTakesItsObjectsAlong() {
        serve(BLUE);
        edit(model -> model.replace("name: cpu", "name: other"));
        await().atMost(PATIENCE)
                .until(() -> client.apps()
                                .deployments()
                                .inNamespace(namespace)
                                .list()
                                .getItems()
                                .isEmpty()
                        && client.services()
                                        .inNamespace(namespace)
                                        .withName("digits-cpu")
                                        .get()
                                == null);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(runs())
                        .extracting(r -> r.getMetadata().getLabels().get(Labels.TARGET))
                        .containsOnly("other"));
    }

    @Test
    void aBundleMakesNoPods() {
        create(MODEL.replace("accelerator: intel-cpu", "accelerator: intel-cpu, delivery: Bundle"));
        RunResults.succeed(client, run(), BLUE);
        EdgeModelStatus done = until(this::settledAndReady);
        assertThat(target(done).message()).contains("registry:5000/models/vision/digits@" + BLUE);
        assertThat(done.phase()).isEqualTo("Bundled");
        assertThat(client.apps().deployments().inNamespace(namespace).list().getItems())
                .isEmpty();
    }

    @Test
    void anUnknownAcceleratorIsSaid() {
        create(MODEL.replace("accelerator: intel-cpu", "accelerator: abacus"));
        EdgeModelStatus seen = until(s -> condition(s, "Stalled").getStatus().equals("True"));
        assertThat(condition(seen, "Stalled").getReason()).isEqualTo("UnknownAccelerator");
        assertThat(condition(seen, "Stalled").getMessage()).contains("abacus").contains("intel-cpu");
    }

    @Test
    void servingOnHardwareForBundlesOnlyIsRefusedInWords() {
        create(MODEL.replace("accelerator: intel-cpu", "accelerator: watch"));
        EdgeModelStatus seen = until(s -> condition(s, "Stalled").getStatus().equals("True"));
        assertThat(condition(seen, "Stalled").getReason()).isEqualTo("DeliveryNotAllowed");
        assertThat(condition(seen, "Stalled").getMessage()).contains("'watch' allows delivery \"Bundle\" only");
    }

    @Test
    void aVersionMeasuredOnTheFallbackIsServedOnTheFallback() {
        create(MODEL.replace("accelerator: intel-cpu", "accelerator: npu"));
        RunResults.succeedOn(client, run(), "intel-cpu", BLUE);
        until(this::settledAndReady);
        Deployment served = client.apps()
                .deployments()
                .inNamespace(namespace)
                .list()
                .getItems()
                .getFirst();
        PodTemplateSpec pod = served.getSpec().getTemplate();
        assertThat(pod.getSpec().getNodeSelector()).containsEntry(Labels.ACCELERATOR, "intel-cpu");
        assertThat(pod.getMetadata().getLabels()).containsEntry(Labels.ACCELERATOR, "intel-cpu");
        assertThat(pod.getSpec().getInitContainers())
                .first()
                .satisfies(load -> assertThat(load.getArgs())
                        .as("its certificate names this one")
                        .containsSequence("--accelerator", "intel-cpu"));
        assertThat(pod.getSpec().getContainers().getFirst().getArgs())
                .containsSequence("--accelerator", "intel-cpu")
                .containsSequence("--threads", "2");
    }

    @Test
    void allOfThisIsDoneWithTheChartsPermissionsAndNoOthers() {
        try (KubernetesClient own = ChartPermissions.client(client, "edgeai-system")) {
            assertThat(own.pods().inNamespace(namespace).list().getItems()).isEmpty();
            assertThatThrownBy(() -> own.secrets().inNamespace(namespace).list())
                    .isInstanceOfSatisfying(
                            KubernetesClientException.class,
                            e -> assertThat(e.getCode()).isEqualTo(403));
        }
    }

    @Test
    void aModelAtRestIsNotWrittenAgain() {
        serve(BLUE);
        restart(true);
        List<String> versions = new CopyOnWriteArrayList<>();
        await("everything is said").pollDelay(Duration.ofSeconds(2)).until(() -> true);
        try (var models = client.resources(EdgeModel.class)
                .inNamespace(namespace)
                .watch(Watches.on(
                        (action, model) -> versions.add(model.getMetadata().getResourceVersion())))) {
            // anything may wake the operator
            client.pods()
                    .inNamespace(namespace)
                    .list()
                    .getItems()
                    .forEach(pod -> client.resource(pod)
                            .edit(p -> new PodBuilder(p)
                                    .editMetadata()
                                    .addToAnnotations("touched", "1")
                                    .endMetadata()
                                    .build()));
            await("no write").pollDelay(Duration.ofSeconds(3)).until(() -> true);
            assertThat(versions).as("the first one is the state itself").hasSizeLessThanOrEqualTo(1);
        }
    }

    private void startOperator() {
        KubernetesClient own = ChartPermissions.client(client, "edgeai-system");
        Settings settings = new Settings(Path.of("unused"), "edgeai-system", "test", Set.of(namespace), false, 0);
        Services services =
                Services.of(own, settings, Samples.yaml(Samples.CONFIG, OperatorConfig.class), Clock.systemUTC());
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

    private boolean listed(Class<? extends HasMetadata> kind) {
        return client.resources(kind)
                .inNamespace(namespace)
                .list(new ListOptionsBuilder().withResourceVersion("0").build())
                .getItems()
                .isEmpty();
    }

    private void stopOperator() {
        operator.stop();
        reconciler.close();
    }

    private void restart(boolean restarts) {
        if (restarts) {
            stopOperator();
            startOperator();
        }
    }

    /** Brings the model up with this digest serving. */
    private void serve(String digest) {
        serve(digest, MODEL);
    }

    private void serve(String digest, String model) {
        create(model);
        RunResults.succeed(client, run(), digest);
        until(this::settledAndReady);
    }

    /** Another source, for which the search finds these digests. */
    private void offer(String... digests) {
        OptimizationRun before = run();
        edit(OTHER_SOURCE);
        RunResults.succeed(client, runAfter(before), digests);
    }

    private String written = MODEL;

    private void create(String yaml) {
        written = yaml;
        EdgeModel model = Samples.yaml(yaml, EdgeModel.class);
        model.getMetadata().setNamespace(namespace);
        client.resource(model).forceConflicts().serverSideApply();
    }

    private void edit(UnaryOperator<String> change) {
        String changed = change.apply(written);
        assertThat(changed).isNotEqualTo(written);
        create(changed);
    }

    private void annotate(String name, String value) {
        client.resources(EdgeModel.class)
                .inNamespace(namespace)
                .withName("digits")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"annotations\":{\"%s\":\"%s\"}}}".formatted(name, value));
    }

    private EdgeModel model() {
        return client.resources(EdgeModel.class)
                .inNamespace(namespace)
                .withName("digits")
                .require();
    }

    private EdgeModelStatus status() {
        return model().getStatus();
    }

    private EdgeModelStatus until(Predicate<EdgeModelStatus> condition) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(this::status, s -> s != null && !s.targets().isEmpty() && condition.test(s));
    }

    private boolean settledAndReady(EdgeModelStatus status) {
        return condition(status, "Ready").getStatus().equals("True")
                && condition(status, "Reconciling").getStatus().equals("False");
    }

    private static TargetStatus target(EdgeModelStatus status) {
        return status.targets().getFirst();
    }

    private static Version stable(EdgeModelStatus status) {
        return Objects.requireNonNull(target(status).stable());
    }

    private static Condition condition(EdgeModelStatus status, String type) {
        return status.conditions().stream()
                .filter(c -> c.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    private OptimizationRun run() {
        return Objects.requireNonNull(await().atMost(PATIENCE).until(this::currentRun, Objects::nonNull));
    }

    /** The run that the status names, if it does. */
    private @Nullable OptimizationRun currentRun() {
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
    private OptimizationRun runAfter(OptimizationRun before) {
        return Objects.requireNonNull(await("another run")
                .atMost(PATIENCE)
                .until(this::currentRun, r -> r != null && !name(r).equals(name(before))));
    }

    private static String name(OptimizationRun run) {
        return run.getMetadata().getName();
    }

    private List<OptimizationRun> runs() {
        return client.resources(OptimizationRun.class)
                .inNamespace(namespace)
                .list()
                .getItems();
    }

    private Service service() {
        return client.services().inNamespace(namespace).withName("digits-cpu").require();
    }

    private List<String> events() {
        return client.v1().events().inNamespace(namespace).list().getItems().stream()
                .map(e -> e.getReason())
                .toList();
    }
}
