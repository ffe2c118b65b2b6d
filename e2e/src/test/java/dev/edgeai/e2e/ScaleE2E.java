package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/** The number of pods under a person's hand and under an autoscaler's. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ScaleE2E {
    private static final String NAMESPACE = "e2e-scale";
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private static KubernetesClient client;
    private static Model model;

    @BeforeAll
    static void serve() {
        client = Environment.client();
        Lent lent = Lent.of(client);
        Model.freshNamespace(client, NAMESPACE);
        model = new Model(client, NAMESPACE, "scaled");
        model.apply("v2", Wish.plain());
        lent.to(model);
        model.awaitServing(null, LIMIT);
    }

    @AfterAll
    static void close() {
        client.namespaces().withName(NAMESPACE).delete();
        client.close();
    }

    @Test
    @Order(1)
    void scaledToNothingItSaysSoAndScaledBackItServesAgain() {
        Version before = model.stable();
        scaleToNothing();

        model.scale(1);
        Version after = model.awaitServing(null, LIMIT);

        assertThat(after.revision()).isEqualTo(before.revision());
        assertServes(after);
    }

    @Test
    @Order(2)
    void aNewRevisionThatCameWhileThereWereNoPodsServesWhenThereAreSome() {
        Version before = model.stable();
        scaleToNothing();

        model.apply("v2", Wish.plain().replicas(0).revision(1));
        model.scale(1);
        Version after = model.awaitServing(before, LIMIT);

        assertServes(after);
    }

    private static void scaleToNothing() {
        model.scale(0);
        Condition ready = Until.present(
                "the status says that it does not serve",
                Duration.ofMinutes(1),
                () -> model.condition("Ready").filter(c -> "False".equals(c.getStatus())),
                model::describe);
        assertThat(ready.getReason()).isEqualTo("ScaledToZero");
        Until.holds(
                "no pod is left",
                Duration.ofMinutes(1),
                () -> model.pods(model.stable().revision()).isEmpty());
    }

    private static void assertServes(Version version) {
        try (Traffic traffic = model.traffic("arm-cpu", 20)) {
            Until.holds(
                    "fifty requests",
                    Duration.ofMinutes(1),
                    () -> traffic.report().total() > 50);
            traffic.assertNoFailure();
            assertThat(traffic.report().answered()).containsOnlyKeys(version.revision());
        }
    }

    /** Each pod needs 40 Mi and its share of the load; the autoscaler wants 100 Mi for each, so 120 Mi make two pods. */
    @Test
    @Order(3)
    void aHorizontalPodAutoscalerScalesWhileAVersionRollsOutAndNeitherDisturbsTheOther() {
        // As a person for whom the number of pods is not a wish of his own any more.
        Wish wish = Wish.plain().replacing("  replicas: 1\n", "");
        model.apply("v2", wish.revision(1));
        model.scale(2);
        Version before = awaitPods(2);
        try (var stub = MetricsStub.start(client, NAMESPACE);
                Traffic traffic = model.traffic("arm-cpu", 10)) {
            stub.load(120);
            autoscale();
            model.apply("v2", wish.revision(2).hold("30m"));
            var most = new AtomicInteger();
            try (var watch = whileWatching(most)) {
                model.awaitTarget(
                        "half of the traffic is on the new version",
                        LIMIT,
                        t -> t.phase() == RolloutPhase.RAMPING && t.candidate().weight() > 0);
                Until.pause(Duration.ofSeconds(40)); // the autoscaler looks every 15 s
                assertThat(most).as("pods wanted while only versions change").hasValue(2);
                stub.load(180);
                Until.present(
                        "the autoscaler wants three pods",
                        Duration.ofMinutes(2),
                        () -> most.get() >= 3 ? Optional.of(true) : Optional.empty(),
                        ScaleE2E::describe);
                model.apply("v2", wish.revision(2).hold("2s"));
                Version after = model.awaitServing(before, LIMIT);
                assertThat(after.revision()).isNotEqualTo(before.revision());
                awaitPods(3);
                assertThat(most).as("pods wanted at most").hasValue(3);
            }
            traffic.assertNoFailure();
        }
    }

    private static Version awaitPods(int pods) {
        return Until.present(
                "it serves with " + pods + " pods",
                LIMIT,
                () -> model.target()
                        .filter(t -> t.phase() == RolloutPhase.IDLE && model.is("Ready"))
                        .map(t -> t.stable())
                        .filter(v -> v.readyReplicas() == pods),
                ScaleE2E::describe);
    }

    private static Watching whileWatching(AtomicInteger most) {
        var stopped = new CompletableFuture<Void>();
        Thread thread = Thread.startVirtualThread(() -> {
            while (!stopped.isDone()) {
                most.accumulateAndGet(model.get().getSpec().replicas(), Math::max);
                Until.pause(Duration.ofMillis(250));
            }
        });
        return () -> {
            stopped.complete(null);
            thread.interrupt();
        };
    }

    /** Closes without a checked exception. */
    private interface Watching extends AutoCloseable {
        @Override
        void close();
    }

    private static void autoscale() {
        HasMetadata autoscaler = client.getKubernetesSerialization().unmarshal("""
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: scaled, namespace: %s}
                spec:
                  scaleTargetRef: {apiVersion: edgeai.dev/v1alpha1, kind: EdgeModel, name: scaled}
                  minReplicas: 1
                  maxReplicas: 6
                  metrics:
                    - type: Resource
                      resource: {name: memory, target: {type: AverageValue, averageValue: 100Mi}}
                """.formatted(NAMESPACE));
        client.resource(autoscaler).serverSideApply();
        Until.present(
                "the autoscaler reads its metric",
                Duration.ofMinutes(2),
                () -> client
                        .autoscaling()
                        .v2()
                        .horizontalPodAutoscalers()
                        .inNamespace(NAMESPACE)
                        .withName("scaled")
                        .require()
                        .getStatus()
                        .getConditions()
                        .stream()
                        .filter(c -> c.getType().equals("ScalingActive") && "True".equals(c.getStatus()))
                        .findFirst(),
                ScaleE2E::describe);
    }

    private static String describe() {
        return model.describe()
                + Shell.attempt(model.kubectl("describe", "hpa")).output();
    }
}
