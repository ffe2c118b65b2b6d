package dev.edgeai.operator.rollout;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.EdgeModelStatusBuilder;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.ModelPhase;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.TargetStatusBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.job.JobReader;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What others do to a namespace, by accident or by hand, is neither taken over nor believed. */
class TrustIT extends EdgeModelScenario {
    private static final Map<String, String> PAYMENTS = Map.of("app", "payments");

    @Test
    void aServiceOfSomebodyElseIsLeftAsItIsUntilItGoes() {
        Service foreign = client.resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withName("digits-cpu")
                        .withNamespace(namespace)
                        .withLabels(PAYMENTS)
                        .endMetadata()
                        .withNewSpec()
                        .withSelector(PAYMENTS)
                        .addNewPort()
                        .withPort(80)
                        .endPort()
                        .endSpec()
                        .build())
                .create();
        create(MODEL);
        EdgeModelStatus taken = until(s -> condition(s, "Stalled").getStatus().equals("True"));
        assertThat(condition(taken, "Stalled").getReason()).isEqualTo("NameTaken");
        assertThat(condition(taken, "Stalled").getMessage()).contains("Service digits-cpu", "rename the target");
        assertThat(condition(taken, "Ready").getStatus()).isEqualTo("False");
        assertThat(runs()).as("said before the search").isEmpty();
        assertThat(service().getMetadata().getResourceVersion())
                .as("untouched")
                .isEqualTo(foreign.getMetadata().getResourceVersion());

        client.resource(foreign).delete();
        RunResults.succeed(client, run(), BLUE);
        until(this::settledAndReady);
        assertThat(service().getMetadata().getOwnerReferences()).isNotEmpty();
    }

    @Test
    void ofTwoModelsWithOneAddressTheFirstKeepsIt() {
        create(MODEL.replace("name: cpu", "name: cpu-x"));
        RunResults.succeed(client, run(), BLUE);
        until(this::settledAndReady);
        Service first = client.services()
                .inNamespace(namespace)
                .withName("digits-cpu-x")
                .require();
        EdgeModel other = Samples.yaml(
                MODEL.replace("name: digits}", "name: digits-cpu}").replace("name: cpu", "name: x"), EdgeModel.class);
        other.getMetadata().setNamespace(namespace);
        client.resource(other).create();
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(
                                condition(client.resource(other).get().getStatus(), "Stalled")
                                        .getMessage())
                        .contains("Service digits-cpu-x belongs to EdgeModel digits"));
        client.resource(other).delete();
        Service now = client.services()
                .inNamespace(namespace)
                .withName("digits-cpu-x")
                .require();
        assertThat(now.getSpec().getSelector()).isEqualTo(first.getSpec().getSelector());
        assertThat(now.getMetadata().getOwnerReferences())
                .isEqualTo(first.getMetadata().getOwnerReferences());
        assertThat(condition(status(), "Ready").getStatus()).isEqualTo("True");
    }

    @Test
    void scaledToNothingAndBack() {
        serve(BLUE);
        scale(0);
        EdgeModelStatus none = until(s -> condition(s, "Ready").getReason().equals("ScaledToZero"));
        await().atMost(PATIENCE).until(() -> endpointsAreGone());
        none = until(s -> condition(s, "Reconciling").getStatus().equals("False"));
        assertThat(condition(none, "Ready").getStatus()).isEqualTo("False");
        assertThat(condition(none, "Stalled").getStatus()).isEqualTo("False");
        assertThat(none.phase()).isEqualTo(ModelPhase.SCALED_TO_ZERO);
        assertThat(none.replicas()).isZero();
        restart(true);
        scale(1);
        EdgeModelStatus back = until(s -> settledAndReady(s) && Objects.equals(s.replicas(), 1));
        assertThat(stable(back).digest()).isEqualTo(BLUE);
    }

    @Test
    void aServiceThatLeadsToAnotherPortIsSetRight() {
        serve(BLUE);
        client.services()
                .inNamespace(namespace)
                .withName("digits-cpu")
                .edit(service -> new ServiceBuilder(service)
                        .editSpec()
                        .editFirstPort()
                        .withNewTargetPort(9999)
                        .endPort()
                        .endSpec()
                        .build());
        await().atMost(PATIENCE)
                .until(() -> service().getSpec().getPorts().stream()
                        .allMatch(port -> port.getTargetPort().getIntVal() == 8080));
        until(this::settledAndReady);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\": \"ExternalName\", \"externalName\": \"elsewhere.example\", \"clusterIP\": null, \"clusterIPs\": null}",
                "{\"publishNotReadyAddresses\": true}"
            })
    void aServiceThatLeadsElsewhereIsSetRight(String spec) {
        serve(BLUE);
        client.services()
                .inNamespace(namespace)
                .withName("digits-cpu")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": " + spec + "}");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(service().getSpec()).satisfies(s -> {
                    assertThat(s.getType()).isEqualTo("ClusterIP");
                    assertThat(s.getPublishNotReadyAddresses()).isNotEqualTo(true);
                    assertThat(s.getSelector()).isNotEmpty();
                }));
        until(this::settledAndReady);
    }

    /** How a model is reached from outside is a matter of those who run the cluster. */
    @Test
    void aNodePortStays() {
        serve(BLUE);
        client.services()
                .inNamespace(namespace)
                .withName("digits-cpu")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"type\": \"NodePort\"}}");
        offer(GREEN);
        until(s -> target(s).phase() == RolloutPhase.IDLE && stable(s).digest().equals(GREEN));
        assertThat(service().getSpec().getType()).isEqualTo("NodePort");
    }

    @Test
    void objectsThatLostTheirLabelsGetThemBack() {
        serve(BLUE);
        Service before = service();
        client.resource(before)
                .edit(service -> new ServiceBuilder(service)
                        .editMetadata()
                        .withLabels(Map.of("mine", "yes"))
                        .endMetadata()
                        .build());
        await("of the Service").atMost(PATIENCE).until(() -> labels(service()).containsKey(Labels.MODEL));
        assertThat(service().getMetadata().getUid())
                .isEqualTo(before.getMetadata().getUid());

        Deployment deployment = deployments().getFirst();
        client.resource(deployment)
                .edit(seen -> new DeploymentBuilder(seen)
                        .editMetadata()
                        .addToLabels(Labels.MODEL, "stranger")
                        .addToLabels(Labels.TARGET, "another")
                        .endMetadata()
                        .build());
        await("of the Deployment")
                .atMost(PATIENCE)
                .until(() -> "cpu".equals(labels(deployments().getFirst()).get(Labels.TARGET))
                        && "digits".equals(labels(deployments().getFirst()).get(Labels.MODEL)));
        assertThat(deployments())
                .as("neither deleted nor made twice")
                .singleElement()
                .satisfies(d -> assertThat(d.getMetadata().getUid())
                        .isEqualTo(deployment.getMetadata().getUid()));

        // the owner is all that tells whose it is now: its going has to be noticed
        client.resource(service())
                .edit(service -> new ServiceBuilder(service)
                        .editMetadata()
                        .addToLabels(Labels.MODEL, "stranger")
                        .endMetadata()
                        .build());
        client.services().inNamespace(namespace).withName("digits-cpu").delete();
        await("made again")
                .atMost(PATIENCE)
                .until(() -> client.services()
                                .inNamespace(namespace)
                                .withName("digits-cpu")
                                .get()
                        != null);
        until(this::settledAndReady);
    }

    @Test
    void aRenamedTargetServesUnderTheOldNameUntilItServesUnderTheNew() {
        serve(BLUE);
        OptimizationRun run = run();
        edit(model -> model.replace("name: cpu", "name: other"));
        EdgeModelStatus both = until(s -> s.targets().size() == 2);
        assertThat(both.targets().getLast().message()).contains("removed from spec.targets", "other");
        await("the old one goes")
                .atMost(PATIENCE)
                .until(() -> client.services()
                                .inNamespace(namespace)
                                .withName("digits-cpu")
                                .get()
                        == null);
        EdgeModelStatus after = status();
        assertThat(target(after).name()).isEqualTo("other");
        assertThat(stable(after).digest()).isEqualTo(BLUE);
        assertThat(after.targets()).as("it was reached before the old one went").hasSize(1);
        assertThat(client.discovery()
                        .v1()
                        .endpointSlices()
                        .inNamespace(namespace)
                        .withName("digits-other-slice")
                        .require()
                        .getEndpoints())
                .hasSize(2);
        until(this::settledAndReady);
        assertThat(runs())
                .as("the same inputs are not measured again")
                .extracting(EdgeModelScenario::name)
                .containsExactly(name(run));
        await().atMost(PATIENCE).until(() -> deployments().size() == 1);
    }

    @Test
    void aWarmupThatSomebodyElseMadeDecidesNothing() {
        serve(BLUE);
        hands.runOnly(job -> job.getMetadata().getName().startsWith("forged"));
        offer(GREEN);
        until(s -> target(s).phase() == RolloutPhase.WARMING);
        Job real = await("the operator's warm-up").atMost(PATIENCE).until(this::warmup, Objects::nonNull);
        // with everything that can be seen of the operator's own, its seal too
        Job forged = client.resource(new JobBuilder(real)
                        .withStatus(null)
                        .editMetadata()
                        .withName("forged")
                        .withUid(null)
                        .withResourceVersion(null)
                        .endMetadata()
                        .editSpec()
                        .withSelector(null)
                        .editTemplate()
                        .editMetadata()
                        .removeFromLabels("controller-uid")
                        .removeFromLabels("batch.kubernetes.io/controller-uid")
                        .removeFromLabels("job-name")
                        .removeFromLabels("batch.kubernetes.io/job-name")
                        .endMetadata()
                        .endTemplate()
                        .endSpec()
                        .build())
                .create();
        client.resource(real).delete();
        await("the forged one ended well")
                .atMost(PATIENCE)
                .until(() -> JobReader.hasEnded(client.resource(forged).get()));
        await().during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(6))
                .until(() -> target(status()).phase() == RolloutPhase.WARMING);
        assertThat(client.resource(forged).get().getMetadata().getDeletionTimestamp())
                .as("it is left alone")
                .isNull();
        hands.runOnly(_ -> true);
        until(s -> target(s).phase() == RolloutPhase.IDLE && stable(s).digest().equals(GREEN));
    }

    private @Nullable Job warmup() {
        return client
                .batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withLabel(Labels.COMPONENT, "warmup")
                .list()
                .getItems()
                .stream()
                .findFirst()
                .orElse(null);
    }

    @Test
    void aFirstVersionThatIsRefusedAsksForAPerson() {
        hands.refuse(BLUE, new Failure("CertificateInvalid", "not of the trusted key"));
        create(MODEL);
        RunResults.succeed(client, run(), BLUE);
        EdgeModelStatus refused = until(s -> !target(s).rejected().isEmpty()
                && condition(s, "Stalled").getStatus().equals("True"));
        assertThat(condition(refused, "Stalled").getMessage()).contains("not of the trusted key", "edgeai.dev/retry");
        assertThat(condition(refused, "Reconciling").getStatus()).isEqualTo("False");
    }

    @Test
    void whatCannotBeReconciledSaysSoAndIsNotReady() {
        serve(BLUE);
        stopOperator();
        EdgeModel broken = model();
        EdgeModelStatus s = broken.getStatus();
        broken.setStatus(EdgeModelStatusBuilder.builder(s)
                .targets(List.of(TargetStatusBuilder.builder(target(s))
                        .since("yesterday")
                        .build()))
                .build());
        broken.getMetadata().setResourceVersion(null);
        client.resource(broken).patchStatus();
        startOperator();
        EdgeModelStatus failing =
                until(now -> condition(now, "Ready").getStatus().equals("Unknown"));
        assertThat(condition(failing, "Ready").getReason()).isEqualTo("ReconcileFailed");
        assertThat(condition(failing, "Ready").getMessage()).contains("yesterday");
    }

    private void scale(int replicas) {
        client.resources(EdgeModel.class)
                .inNamespace(namespace)
                .withName("digits")
                .scale(replicas);
    }

    /** What the API server makes of a Service without pods: a slice without a list. */
    private boolean endpointsAreGone() {
        var endpoints = client.discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace)
                .withName("digits-cpu-slice")
                .require()
                .getEndpoints();
        return endpoints == null || endpoints.isEmpty();
    }

    private static Map<String, String> labels(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }
}
