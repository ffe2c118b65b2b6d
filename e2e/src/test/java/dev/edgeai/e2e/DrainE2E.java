package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Isolated;

import java.time.Duration;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;

/** Pods that are taken away in an orderly way, from under a rollout: it goes on, and no user notices. */
@Isolated("it changes the nodes")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DrainE2E {
    private static final String NAMESPACE = "e2e-drain";
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private static KubernetesClient client;
    private static Nodes nodes;
    private static Model model;
    private static Traffic traffic;
    private static int revision = 1;

    @BeforeAll
    static void serveWithOnePod() {
        client = Environment.client();
        Lent lent = Lent.of(client);
        nodes = new Nodes(client, "intel-cpu");
        Model.freshNamespace(client, NAMESPACE);
        model = new Model(client, NAMESPACE, "moved");
        model.apply("v2", Wish.plain());
        lent.to(model);
        model.awaitServing(null, LIMIT);
        traffic = model.traffic("intel-cpu", 10);
    }

    @AfterAll
    static void close() {
        if (traffic != null) {
            traffic.close();
        }
        if (nodes != null) {
            nodes.close();
        }
        client.namespaces().withName(NAMESPACE).delete();
        client.close();
    }

    @Test
    @Order(1)
    void anEvictionInAnyPhaseTakesNothingFromTheUsersOfOnePod() {
        throughARollout(1, pod -> Nodes.evict(client, pod));
    }

    @Test
    @Order(2)
    void aDrainInAnyPhaseTakesNothingFromTheUsersOfOnePod() {
        throughARollout(1, pod -> Nodes.drain(pod, model));
    }

    @Test
    @Order(3)
    void anEvictionInAnyPhaseTakesNothingFromTheUsersOfTwoPods() {
        throughARollout(2, pod -> Nodes.evict(client, pod));
    }

    @Test
    @Order(4)
    void aDrainInAnyPhaseTakesNothingFromTheUsersOfTwoPods() {
        throughARollout(2, pod -> Nodes.drain(pod, model));
    }

    /** Each phase is held until its pod was taken: stable's in Preparing, the candidate's in Ramping, the new one's in Baking. */
    private static void throughARollout(int replicas, Consumer<Pod> take) {
        Version before = model.stable();
        Wish wish = Wish.plain().replicas(replicas).revision(++revision);
        model.apply("v2", wish.hold("30m").bake("30m"));
        await(RolloutPhase.PREPARING);
        take.accept(pod(before.revision()));
        TargetStatus ramping = await(RolloutPhase.RAMPING);
        take.accept(pod(ramping.candidate().revision()));
        model.apply("v2", wish.hold("2s").bake("30m"));
        TargetStatus baking = await(RolloutPhase.BAKING);
        take.accept(pod(baking.stable().revision()));
        model.apply("v2", wish.hold("2s").bake("2s"));
        Version after = model.awaitServing(before, LIMIT);

        assertThat(after.digest()).isEqualTo(before.digest());
        assertThat(model.target().orElseThrow().rejected()).as("rejected").isEmpty();
        assertThat(model.target().orElseThrow().lastRollback()).as("taken back").isNull();
        assertThat(model.pods(after.revision())).hasSize(replicas);
        traffic.assertNoFailure();
    }

    /** Fails at once when the version was taken back. */
    private static TargetStatus await(RolloutPhase phase) {
        TargetStatus target = model.awaitTarget(
                "the rollout is " + phase + " with pods to take",
                LIMIT,
                t -> !t.rejected().isEmpty() || t.phase() == phase && hasPods(t));
        assertThat(target.rejected()).as("rejected, waiting for " + phase).isEmpty();
        return target;
    }

    private static boolean hasPods(TargetStatus target) {
        return target.candidate() == null
                || target.phase() == RolloutPhase.PREPARING
                || target.candidate().weight() > 0;
    }

    private static Pod pod(String revision) {
        return model.pods(revision).getFirst();
    }
}
