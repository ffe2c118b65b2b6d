package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.RejectedDigest;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
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
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** One model's life: first version, a better one, a slow one, a lying one, one that passes no gate. */
@Isolated("it measures, and counts shares of requests")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RolloutE2E {
    private static final Duration OPTIMIZE_AND_ROLL_OUT = Duration.ofMinutes(8);

    private static KubernetesClient client;
    private static Model model;
    private static Traffic traffic;

    @BeforeAll
    static void open() {
        client = Environment.client();
        model = Model.shared(client);
    }

    @AfterAll
    static void close() {
        if (traffic != null) {
            traffic.close();
        }
        client.close();
    }

    @Test
    @Order(1)
    void aRealModelBecomesReadyWithAVariantThatPassedEveryGate() {
        model.apply("v1", RolloutE2E::withNinePods);
        Version stable = model.awaitServing(null, OPTIMIZE_AND_ROLL_OUT);

        var run = model.run().getStatus();
        TrialStatus chosen = run.trials().stream()
                .filter(t -> t.name().equals(run.selected().trial()))
                .findFirst()
                .orElseThrow();
        assertThat(chosen.phase()).isEqualTo(TrialPhase.ACCEPTED);
        assertThat(chosen.comparison().speedup().lower().asDouble()).isGreaterThanOrEqualTo(1.1);
        assertThat(chosen.comparison().speedup().samples()).isGreaterThanOrEqualTo(100);
        assertThat(chosen.comparison().memoryReduction().asDouble()).isGreaterThanOrEqualTo(0.5);
        assertThat(chosen.comparison().accuracyRetention().value().asDouble()).isGreaterThanOrEqualTo(0.95);
        assertThat(chosen.measurement().quality().samples()).isEqualTo(500);
        assertThat(stable.digest())
                .isEqualTo(chosen.digest())
                .isEqualTo(run.selected().digest());
        assertThat(stable.certificate()).isEqualTo(run.certificate());
        assertThat(stable.weight()).isEqualTo(100);
        Until.present(
                "the run's report is stored",
                Duration.ofMinutes(2),
                () -> Optional.ofNullable(model.run().getStatus().report()),
                model::describe);

        traffic = model.traffic("arm-cpu", 40);
        assertThat(traffic.report().answered()).containsOnlyKeys(stable.revision());
    }

    @Test
    @Order(2)
    void aSecondVersionTakesOverInStepsAndNoRequestFails() {
        Version first = model.stable();
        Version second;
        List<TargetStatus> seen;
        try (var timeline = new Timeline(model)) {
            model.apply("v2", RolloutE2E::withNinePods);
            int[] weight = {10, 50};
            double[] share = new double[2];
            for (int step = 0; step < 2; step++) {
                int current = step;
                TargetStatus ramping = model.awaitTarget(
                        "ramp step " + step + " has its weight",
                        OPTIMIZE_AND_ROLL_OUT,
                        t -> t.phase() == RolloutPhase.RAMPING
                                && Integer.valueOf(current).equals(t.step())
                                && t.candidate() != null
                                && t.candidate().weight() == weight[current]);
                Until.pause(Duration.ofSeconds(3));
                Traffic.Report start = traffic.report();
                Until.pause(Duration.ofSeconds(10));
                share[step] =
                        100 * traffic.shareSince(start, ramping.candidate().revision());
            }
            second = model.awaitServing(first, Duration.ofMinutes(3));
            timeline.awaitPhase(RolloutPhase.IDLE);
            seen = timeline.seen();
            assertThat(timeline.phases())
                    .containsSubsequence(
                            "PREPARING", "WARMING", "RAMPING 0", "RAMPING 1", "PROMOTING", "BAKING", "IDLE");
            // 400 requests: four standard deviations
            assertThat(share[0]).as("percent of the requests at step 0").isCloseTo(10, within(6.0));
            assertThat(share[1]).as("percent of the requests at step 1").isCloseTo(50, within(10.0));
            System.out.printf("Requests that the new version answered: %.1f %%, then %.1f %%%n", share[0], share[1]);
        }
        assertThat(seen).anyMatch(t -> t.candidate() != null && t.candidate().desiredWeight() == 10);
        assertThat(second.weight()).isEqualTo(100);
        Traffic.Report after = traffic.report();
        Until.pause(Duration.ofSeconds(3));
        assertThat(traffic.shareSince(after, second.revision())).isEqualTo(1.0);
        traffic.assertNoFailure();
    }

    /** Nine beside one: the least with which the Service provider can give one tenth. */
    private static String withNinePods(String yaml) {
        return yaml.replace("replicas: 2", "replicas: 9").replace("hold: 6s", "hold: 14s");
    }

    @Test
    @Order(3)
    void aVersionThatIsSlowOnlyWhenLiveIsRolledBackAndNoRequestFails() {
        Version before = model.stable();
        model.apply("v1", yaml -> yaml.replace("hold: 6s", "hold: 40s"));
        TargetStatus ramping = model.awaitTarget(
                "the third version gets traffic",
                OPTIMIZE_AND_ROLL_OUT,
                t -> t.phase() == RolloutPhase.RAMPING && t.candidate().weight() > 0);
        String slow = ramping.candidate().revision();
        List<Pod> pods = client.pods()
                .inNamespace(Model.NAMESPACE)
                .withLabel("edgeai.dev/revision", slow)
                .list()
                .getItems();
        assertThat(pods).isNotEmpty().allSatisfy(pod -> PodCgroup.of(pod).throttle(0.02));
        Instant slowed = Instant.now();

        TargetStatus after = model.awaitTarget(
                "the slow version is rejected",
                Duration.ofMinutes(3),
                t -> t.rejected().stream()
                        .anyMatch(r -> r.digest().equals(ramping.candidate().digest())));
        RejectedDigest rejected = after.rejected().stream()
                .filter(r -> r.digest().equals(ramping.candidate().digest()))
                .findFirst()
                .orElseThrow();
        // Whichever signal is first: the measured latency, the kubelet's probes or the operator's looks that time out.
        assertThat(rejected.message()).containsAnyOf("latency-p95", "is ready any more", "answers in time any more");
        assertThat(after.lastRollback().millisToZeroWeight()).isNotNull().isLessThan(2_000);
        System.out.printf(
                "Rollback: %d ms from the verdict to weight 0, %.1f s after the pods became slow; %s%n",
                after.lastRollback().millisToZeroWeight(),
                Duration.between(slowed, Instant.parse(after.lastRollback().time()))
                                .toMillis()
                        / 1e3,
                after.lastRollback().message());
        model.awaitTarget("all is quiet again", Duration.ofMinutes(2), t -> t.phase() == RolloutPhase.IDLE);
        assertThat(model.stable().revision()).isEqualTo(before.revision());
        // What the slow pods had taken in before, they still answer while they drain.
        Until.holds("only the stable version answers", Duration.ofMinutes(1), () -> {
            Traffic.Report quiet = traffic.report();
            Until.pause(Duration.ofSeconds(3));
            return traffic.shareSince(quiet, before.revision()) == 1.0;
        });
        traffic.assertNoFailure();
    }

    @Test
    @Order(4)
    void whenNoVariantPassesTheGatesTheModelIsStalledAndTheLastGoodVersionServesOn() {
        Version before = model.stable();
        model.apply("v2", yaml -> yaml.replace("minSpeedup: \"1.1\"", "minSpeedup: \"500\""));
        var stalled = model.awaitCondition("Stalled", "NoVariantPassedGates", OPTIMIZE_AND_ROLL_OUT);
        assertThat(stalled.getMessage()).contains("minSpeedup").contains("500");
        assertThat(model.stable().revision()).isEqualTo(before.revision());
        traffic.assertNoFailure();
    }
}
