package dev.edgeai.operator.model;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.rollout.Housekeeping;
import dev.edgeai.planner.status.TargetOutcome;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class RemovedTargetsTest {
    private static final String VERSION = "{revision: %s, artifact: a, digest: d, certificate: c, run: %s, trial: t,"
            + " variant: v, weight: 100, desiredWeight: 100, readyReplicas: 2}";

    private final EdgeModel renamed = Samples.yaml(
            """
            metadata: {name: digits, generation: 2}
            spec:
              source: {uri: "oci://registry:5000/models/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry:5000/data/digits:1"}}
              targets: [{name: new, accelerator: intel-cpu}]
            status:
              targets:
                - {name: old, phase: Ramping, step: 1, run: first, stable: %s, candidate: %s,
                   upgrade: {image: runtime:2, state: Failed, message: m}}
                - {name: never, phase: Idle}
            """.formatted(VERSION.formatted("r", "first"), VERSION.formatted("s", "second")), EdgeModel.class);

    @Test
    void oneServesOnUntilTheOthersDo() {
        assertThat(RemovedTargets.servingOn(renamed, List.of(outcome("phase: Preparing", 2, 0))))
                .singleElement()
                .satisfies(old -> {
                    assertThat(old.name()).isEqualTo("old");
                    assertThat(old.stable()).isNotNull();
                    assertThat(old.candidate()).as("nobody watches it").isNull();
                    assertThat(old.upgrade())
                            .as("a failure that nobody could retry would stop the fleet")
                            .isNull();
                    assertThat(old.message()).contains("new");
                });
        String serves = "phase: Idle, stable: " + VERSION.formatted("r", "first");
        assertThat(RemovedTargets.servingOn(renamed, List.of(outcome(serves, 2, 1))))
                .as("one pod is missing")
                .hasSize(1);
        assertThat(RemovedTargets.servingOn(renamed, List.of(outcome(serves, 2, 2))))
                .isEmpty();
    }

    @Test
    void runsInUseStayWhoeverTheyWereMadeFor() {
        List<OptimizationRun> runs = List.of(run("first", "old"), run("second", "old"), run("third", "new"));
        List<TargetStatus> statuses =
                List.of(outcome("phase: Idle, run: first", 1, 0).status());
        assertThat(Housekeeping.oldRuns(statuses, runs))
                .as("of a target that is no more nothing is kept but what is in use; of the others the newest few")
                .extracting(run -> run.getMetadata().getName())
                .containsExactly("second");
    }

    private static OptimizationRun run(String name, String target) {
        return Samples.yaml("""
                metadata: {name: %s, creationTimestamp: "2026-01-01T00:00:00Z", labels: {edgeai.dev/target: %s}}
                """.formatted(name, target), OptimizationRun.class);
    }

    private static TargetOutcome outcome(String status, int replicas, int ready) {
        return TargetOutcome.of(
                Samples.yaml("{name: new, accelerator: intel-cpu}", Target.class),
                RolloutPolicy.defaults(),
                Samples.yaml("{name: new, " + status + "}", TargetStatus.class),
                replicas,
                ready,
                Instant.EPOCH);
    }
}
