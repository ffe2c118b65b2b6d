package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Isolated;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** Things that go away while models are optimized and rolled out: the operator, the registry, a node. */
@Isolated("it takes the operator, the registry and a node away")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DisturbanceE2E {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private static KubernetesClient client;
    private static Model model;
    private static Traffic traffic;

    @BeforeAll
    static void serveAGoodVersion() {
        client = Environment.client();
        model = Model.shared(client);
        model.apply("v2");
        model.awaitServing(null, LIMIT);
        traffic = model.traffic("intel-cpu", 10);
    }

    @AfterEach
    void theUserNoticedNothing() {
        traffic.assertNoFailure();
    }

    @AfterAll
    static void close() {
        Shell.cluster("registry", "start");
        Shell.cluster("node", "mend", "node2");
        traffic.close();
        client.close();
    }

    @Test
    @Order(1)
    void anOperatorKilledAtTenPointsOfARunAndARolloutStillBringsTheNewVersionToServe() {
        Version before = model.stable();
        model.apply("v1", DisturbanceE2E::byOnnxRuntime);
        Set<String> killedAt = new LinkedHashSet<>();
        Instant end = Instant.now().plus(LIMIT);
        while (Instant.now().isBefore(end) && !served(before)) {
            String point = point();
            if (killedAt.size() < 10 && !point.isEmpty() && killedAt.add(point)) {
                killOperator();
            }
            Until.pause(Duration.ofMillis(100));
        }
        System.out.println("Operator killed at: " + killedAt);
        assertThat(killedAt).as("points at which the operator was killed").hasSizeGreaterThanOrEqualTo(10);
        model.awaitServing(before, LIMIT);
        assertThat(model.run().getStatus().trials())
                .allSatisfy(t -> assertThat(t.measurement()).isNotNull());
    }

    /** Two runs on two nodes; one journey for both disturbances, for each of them is mostly waiting. */
    @Test
    @Order(2)
    void aRegistryAwayForTwoMinutesAndANodeCutOffMeanwhileDelayRunsAndDisturbNothing() {
        Version before = model.stable();
        Model other = new Model(client, Model.NAMESPACE, "arm");
        other.apply("v1", yaml -> yaml.replace("accelerator: intel-cpu", "accelerator: arm-cpu"));
        model.apply("v2", DisturbanceE2E::byOnnxRuntime);
        Until.holds("a trial has begun", LIMIT, () -> point().equals("run SEARCHING with a job"));
        Until.pause(Duration.ofSeconds(10)); // its source is fetched; what it makes cannot be pushed
        Shell.cluster("registry", "stop");
        Instant stopped = Instant.now();
        Shell.cluster("node", "cut", "node2");
        Until.pause(Duration.ofSeconds(60)); // long enough to be NotReady
        assertThat(model.stable().revision()).isEqualTo(before.revision());
        Shell.cluster("node", "mend", "node2");
        Until.pause(Duration.ofSeconds(120).minus(Duration.between(stopped, Instant.now())));
        assertThat(model.stable().revision()).isEqualTo(before.revision());
        Shell.cluster("registry", "start");
        model.awaitServing(before, LIMIT);
        other.awaitServing(null, LIMIT);
        other.resource().delete();
    }

    /** Variants that no earlier journey has served or seen rejected. */
    private static String byOnnxRuntime(String yaml) {
        return yaml.replace("[OpenVINO]", "[OnnxRuntime]");
    }

    private static boolean served(Version before) {
        return model.target()
                .filter(t -> t.phase() == RolloutPhase.IDLE && t.stable() != null)
                .filter(t -> !t.stable().revision().equals(before.revision()))
                .isPresent();
    }

    /** Where the run or the rollout is, as precisely as the status tells. */
    private static String point() {
        return model.target()
                .map(target -> {
                    if (target.phase() != RolloutPhase.IDLE) {
                        return "rollout " + target.phase() + (target.step() == null ? "" : " " + target.step())
                                + (target.candidate() != null
                                                && target.candidate().weight() > 0
                                        ? " with traffic"
                                        : "");
                    }
                    OptimizationRun run = target.run() == null
                            ? null
                            : client.resources(OptimizationRun.class)
                                    .inNamespace(Model.NAMESPACE)
                                    .withName(target.run())
                                    .get();
                    if (run == null
                            || run.getStatus() == null
                            || run.getStatus().phase() == RunPhase.SUCCEEDED) {
                        return "";
                    }
                    return "run " + run.getStatus().phase() + (jobsActive() > 0 ? " with a job" : "");
                })
                .orElse("");
    }

    private static long jobsActive() {
        return client.batch().v1().jobs().inNamespace(Model.NAMESPACE).list().getItems().stream()
                .filter(j -> j.getStatus() != null
                        && j.getStatus().getActive() != null
                        && j.getStatus().getActive() > 0)
                .count();
    }

    /** SIGKILL, and a new pod: neither the Lease nor a write under way is finished. */
    private static void killOperator() {
        for (Pod pod : operatorPods()) {
            PodCgroup.of(pod).kill();
            client.pods().resource(pod).withGracePeriod(0).delete();
        }
        Until.holds(
                "another operator is ready",
                Duration.ofMinutes(2),
                () -> operatorPods().stream()
                        .flatMap(pod -> pod.getStatus().getConditions().stream())
                        .anyMatch(c ->
                                c.getType().equals("Ready") && c.getStatus().equals("True")));
    }

    private static List<Pod> operatorPods() {
        return client.pods()
                .inNamespace("edgeai-system")
                .withLabel("app.kubernetes.io/name", "edgeai-operator")
                .list()
                .getItems();
    }
}
