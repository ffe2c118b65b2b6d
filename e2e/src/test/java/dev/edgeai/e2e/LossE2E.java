package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.LimitRangeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

/** What a rollout needs is taken away without asking: room for its pods, and the Deployment that serves. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LossE2E {
    private static final String NAMESPACE = "e2e-loss";
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private static KubernetesClient client;
    private static Model model;
    private static Traffic traffic;

    @BeforeAll
    static void serve() {
        client = Environment.client();
        Lent lent = Lent.of(client);
        Model.freshNamespace(client, NAMESPACE);
        model = new Model(client, NAMESPACE, "lost");
        model.apply("v2", Wish.plain());
        lent.to(model);
        model.awaitServing(null, LIMIT);
        traffic = model.traffic("arm-cpu", 10);
    }

    @AfterAll
    static void close() {
        if (traffic != null) {
            traffic.close();
        }
        client.namespaces().withName(NAMESPACE).delete();
        client.close();
    }

    @Test
    @Order(1)
    void podsThatARangeOrAQuotaRefusesAreToldAndTheRolloutGoesOnByItselfAfterwards() {
        Version before = model.stable();
        LimitRange range = smallPods();
        // A refused ReplicaSet is tried again at growing intervals, up to minutes; a new attempt of ours is tried at
        // once
        model.apply("v2", Wish.plain().revision(1).replacing("progressDeadline: 4m", "progressDeadline: 1m"));
        awaitSaid("PodRefused");
        ResourceQuota quota = noMorePods();
        client.resource(range).delete();
        awaitSaid("QuotaExceeded");
        assertThat(model.is("Ready")).as("Ready, for the old version serves").isTrue();

        client.resource(quota).delete();
        Version after = model.awaitServing(before, LIMIT);

        assertThat(after.digest()).isEqualTo(before.digest());
        assertThat(target().rejected()).isEmpty();
        traffic.assertNoFailure();
    }

    private static void awaitSaid(String reason) {
        Until.present(
                "the status tells of " + reason,
                Duration.ofMinutes(3),
                () -> model.says(reason) ? Optional.of(true) : Optional.empty(),
                model::describe);
    }

    /** The serving pods' limit is above it. */
    private static LimitRange smallPods() {
        return client.resource(new LimitRangeBuilder()
                        .withNewMetadata()
                        .withName("small")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .withNewSpec()
                        .addNewLimit()
                        .withType("Container")
                        .withMax(Map.of("memory", new Quantity("256Mi")))
                        .endLimit()
                        .endSpec()
                        .build())
                .create();
    }

    /** As many as there are. */
    private static ResourceQuota noMorePods() {
        int pods = client.pods().inNamespace(NAMESPACE).list().getItems().size();
        ResourceQuota quota = client.resource(new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withName("full")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .withNewSpec()
                        .withHard(Map.of("pods", new Quantity("" + pods)))
                        .endSpec()
                        .build())
                .create();
        Until.holds(
                "the quota counts",
                Duration.ofMinutes(1),
                () -> client.resource(quota).get().getStatus() != null
                        && client.resource(quota).get().getStatus().getUsed() != null);
        return quota;
    }

    /** The one pod goes with it, so requests may fail until there is another; none after that. */
    @Test
    @Order(2)
    void theServingDeploymentDeletedInAnyPhaseComesBackAndTheRolloutEndsWell() {
        loseStable(RolloutPhase.IDLE);

        Wish wish = Wish.plain().revision(2);
        Version before = model.stable();
        model.apply("v2", wish.hold("30m").bake("30m"));
        loseStable(RolloutPhase.PREPARING);
        loseStable(RolloutPhase.RAMPING);
        model.apply("v2", wish.hold("2s").bake("30m"));
        // The new version comes back where it was, or the previous one takes over until it does.
        deleteDeployment(awaitPhase(RolloutPhase.BAKING).stable().revision());
        model.apply("v2", wish.hold("2s").bake("2s"));
        Version after = model.awaitServing(before, LIMIT.multipliedBy(2));
        assertThat(target().rejected()).isEmpty();

        // Taking back takes less than a second.
        model.apply("v2", Wish.plain().revision(3).hold("30m"));
        String aborted = awaitPhase(RolloutPhase.RAMPING).candidate().revision();
        try (var reflex = new Reflex(model, RolloutPhase.ROLLING_BACK, () -> deleteDeployment(after.revision()))) {
            model.annotate("edgeai.dev/abort", aborted);
            reflex.await(Duration.ofMinutes(1));
        }
        recovered(after.revision());
        model.awaitTarget("all is quiet again", LIMIT, t -> t.phase() == RolloutPhase.IDLE);
        assertThat(model.stable().revision()).isEqualTo(after.revision());
        assertThat(model.is("Ready")).isTrue();
        assertThat(target().rejected())
                .as("by a person, and nothing else")
                .extracting(r -> r.revision())
                .containsExactly(aborted);
        model.apply("v2", wish.hold("2s").bake("2s"));
        model.annotate("edgeai.dev/retry", "forget");
        model.awaitTarget(
                "nothing is rejected any more", LIMIT, t -> t.rejected().isEmpty());
        noFailureFor(Duration.ofSeconds(10));
    }

    @Test
    @Order(3)
    void theServingDeploymentDeletedDuringTheWarmUpComesBackAndTheRolloutEndsWell() {
        Version before = model.stable();
        try (var reflex = new Reflex(model, RolloutPhase.WARMING, () -> deleteDeployment(before.revision()))) {
            model.apply("v2", Wish.plain().revision(4));
            reflex.await(LIMIT);
        }
        model.awaitServing(before, LIMIT);
        assertThat(target().rejected()).isEmpty();
        noFailureFor(Duration.ofSeconds(5));
    }

    /** What {@code kubectl set image} can do to a candidate with traffic. */
    @Test
    @Order(4)
    void aCandidateWithAnImageThatDoesNotExistIsRepairedBeforeItIsPromoted() {
        Version before = model.stable();
        Wish wish = Wish.plain().revision(5);
        model.apply("v2", wish.hold("30m"));
        String candidate = model.awaitTarget(
                        "the candidate has traffic",
                        LIMIT,
                        t -> t.phase() == RolloutPhase.RAMPING && t.candidate().weight() > 0)
                .candidate()
                .revision();
        String deployment = client.apps()
                .deployments()
                .inNamespace(NAMESPACE)
                .withLabel("edgeai.dev/revision", candidate)
                .list()
                .getItems()
                .getFirst()
                .getMetadata()
                .getName();
        Shell.run(model.kubectl(
                "set", "image", "deployment/" + deployment, "serve=registry.registry:5000/no/such:image"));
        model.apply("v2", wish.hold("2s"));

        Version after = model.awaitServing(before, LIMIT);

        assertThat(after.revision()).isEqualTo(candidate);
        assertThat(model.pods(candidate))
                .hasSize(1)
                .allSatisfy(pod -> assertThat(
                                pod.getSpec().getContainers().getFirst().getImage())
                        .isEqualTo(Environment.runtimeImage()));
        assertThat(target().rejected()).isEmpty();
        noFailureFor(Duration.ofSeconds(1));
    }

    private static void loseStable(RolloutPhase phase) {
        String revision = awaitPhase(phase).stable().revision();
        deleteDeployment(revision);
        recovered(revision);
        assertThat(target().rejected())
                .as("rejected after the loss in " + phase)
                .isEmpty();
    }

    private static TargetStatus awaitPhase(RolloutPhase phase) {
        return model.awaitTarget("the phase is " + phase, LIMIT, t -> t.phase() == phase);
    }

    private static void deleteDeployment(String revision) {
        client.apps()
                .deployments()
                .inNamespace(NAMESPACE)
                .withLabel("edgeai.dev/revision", revision)
                .delete();
    }

    private static void recovered(String revision) {
        Until.present(
                "stable has a ready pod again",
                LIMIT,
                () -> client
                        .apps()
                        .deployments()
                        .inNamespace(NAMESPACE)
                        .withLabel("edgeai.dev/revision", revision)
                        .list()
                        .getItems()
                        .stream()
                        .filter(d -> d.getStatus() != null
                                && Integer.valueOf(1).equals(d.getStatus().getReadyReplicas()))
                        .findFirst(),
                model::describe);
    }

    private static void noFailureFor(Duration time) {
        Until.pause(Duration.ofSeconds(3)); // requests under way when the pod came, and a node's kube-proxy
        long before = traffic.report().failures();
        Until.pause(time);
        assertThat(traffic.report().failures())
                .as("failed requests since it serves again")
                .isEqualTo(before);
    }

    private static TargetStatus target() {
        return model.target().orElseThrow();
    }
}
