package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.EdgeModelStatus.Stage;
import dev.edgeai.api.v1alpha1.EdgeModelStatus.StageState;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.ModelPhase;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The life of an EdgeModel. */
class EdgeModelIT extends EdgeModelScenario {
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
        assertThat(rest.stages())
                .extracting(Stage::state)
                .containsExactly(
                        StageState.PASSED,
                        StageState.PASSED,
                        StageState.PASSED,
                        StageState.PASSED,
                        StageState.PASSED,
                        StageState.RUNNING);
        assertThat(service().getSpec().getSelector())
                .containsEntry(Labels.REVISION, stable(rest).revision());
        assertThat(runs()).hasSize(2);
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
        assertThat(failed.stages())
                .filteredOn(stage -> stage.state() == StageState.FAILED)
                .singleElement()
                .satisfies(stage -> assertThat(stage.message()).contains("speedup 1.4 of 2.0"));
        restart(true);
        assertThat(runs()).hasSize(2);
        annotate(Labels.RETRY, "again");
        await("a new attempt").atMost(PATIENCE).until(() -> runs().size() == 3);
        restart(true);
        await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(5)).until(() -> runs().size() == 3);
    }

    @Test
    void manualPromotionWaitsForTheRevision() {
        create(MODEL.replace("bake: 3s", "bake: 1s\n    promotion: Manual"));
        RunResults.succeed(client, run(), BLUE);
        until(this::settledAndReady);
        offer(GREEN);
        EdgeModelStatus waiting = until(s -> target(s).phase() == RolloutPhase.AWAITING_PROMOTION);
        String candidate = Objects.requireNonNull(target(waiting).candidate()).revision();
        assertThat(condition(waiting, "Reconciling").getMessage()).contains("edgeai.dev/promote=" + candidate);
        annotate(Labels.PROMOTE, stable(waiting).revision());
        await().during(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(5))
                .until(() -> target(status()).phase() == RolloutPhase.AWAITING_PROMOTION);
        annotate(Labels.PROMOTE, candidate);
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
        keepsReady(3);
        for (int replicas : List.of(1, 0)) {
            client.resources(EdgeModel.class)
                    .inNamespace(namespace)
                    .withName("digits")
                    .scale(replicas);
            keepsReady(replicas);
        }
    }

    /** So many pods a drain has to leave. */
    private void keepsReady(int pods) {
        await("a budget for " + pods).atMost(PATIENCE).until(() -> {
            List<PodDisruptionBudget> budgets = client.policy()
                    .v1()
                    .podDisruptionBudget()
                    .inNamespace(namespace)
                    .list()
                    .getItems();
            return pods == 0
                    ? budgets.isEmpty()
                    : budgets.size() == 1
                            && Integer.valueOf(pods)
                                    .equals(budgets.getFirst()
                                            .getSpec()
                                            .getMinAvailable()
                                            .getIntVal());
        });
    }

    @Test
    void aTargetThatIsRemovedTakesItsObjectsAlong() {
        create(MODEL.replace(
                "targets: [{name: cpu, accelerator: intel-cpu}]",
                "targets: [{name: cpu, accelerator: intel-cpu}, {name: two, accelerator: npu}]"));
        until(s -> s.targets().size() == 2 && s.targets().getLast().run() != null);
        runs().forEach(run -> RunResults.succeed(client, run, BLUE));
        until(this::settledAndReady);
        edit(model -> model.replace(", {name: two, accelerator: npu}", ""));
        await().atMost(PATIENCE)
                .until(() -> client.apps()
                                        .deployments()
                                        .inNamespace(namespace)
                                        .list()
                                        .getItems()
                                        .size()
                                == 1
                        && client.services()
                                        .inNamespace(namespace)
                                        .withName("digits-two")
                                        .get()
                                == null);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(runs())
                        .extracting(r -> r.getMetadata().getLabels().get(Labels.TARGET))
                        .containsOnly("cpu"));
        assertThat(service().getSpec().getSelector()).containsEntry(Labels.TARGET, "cpu");
    }

    @Test
    void aBundleMakesNoPodsAndIsReadyWithTheCommandThatFetchesIt() {
        create(MODEL.replace("accelerator: intel-cpu", "accelerator: intel-cpu, delivery: Bundle"));
        RunResults.bundle(client, run(), BLUE, GREEN);
        EdgeModelStatus done = until(this::settledAndReady);
        String bundle = "registry:5000/models/vision/digits@" + GREEN;
        assertThat(target(done).bundle()).isEqualTo(bundle);
        assertThat(target(done).message())
                .isEqualTo("fetch it with: edgeai bundle oci://" + bundle + " --into FOLDER --key public.pem");
        assertThat(stable(done).digest()).isEqualTo(BLUE);
        assertThat(condition(done, "Ready").getStatus()).isEqualTo("True");
        assertThat(done.phase()).isEqualTo(ModelPhase.BUNDLED);
        assertThat(client.apps().deployments().inNamespace(namespace).list().getItems())
                .isEmpty();
    }

    @Test
    void aCertificateWithoutBundleIsNoDelivery() {
        create(MODEL.replace("accelerator: intel-cpu", "accelerator: intel-cpu, delivery: Bundle"));
        RunResults.succeed(client, run(), BLUE);
        EdgeModelStatus seen = until(s -> String.valueOf(target(s).message()).contains("without a bundle"));
        assertThat(target(seen).bundle()).isNull();
        assertThat(condition(seen, "Ready").getStatus()).isEqualTo("False");
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
}
