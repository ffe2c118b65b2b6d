package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.operator.delivery.Samples;
import io.fabric8.kubernetes.api.model.Condition;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

class ModelSummaryTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:14Z");
    private static final String SUCCEEDED =
            "status: {phase: Succeeded, conditions: [], selected: {trial: t, variant: openvino/int8-ptq, artifact: a,"
                    + " digest: d, reason: fastest}}";
    private static final String STABLE = version("stable", "openvino/int8-ptq", 100);

    private final EdgeModel model = Samples.yaml("""
            metadata: {name: digits, generation: 4}
            spec:
              source: {uri: "oci://registry:5000/models/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry:5000/data/digits:1"}}
              rollout: {ramp: [{weight: 10, hold: 30s}, {weight: 50, hold: 60s}]}
              targets: [{name: cpu, accelerator: intel-cpu}]
            """, EdgeModel.class);

    @Test
    void atRestItIsReadyAndNothingElse() {
        EdgeModelStatus status = of(outcome("cpu", "phase: Idle, stable: " + STABLE, SUCCEEDED, 2, 2));
        assertThat(truths(status)).containsExactlyInAnyOrder("Ready", "Optimized");
        assertThat(status.phase()).isEqualTo("Serving");
        assertThat(status.variant()).isEqualTo("openvino/int8-ptq");
        assertThat(status.weight()).isEqualTo(100);
        assertThat(status.observedGeneration()).isEqualTo(4);
    }

    @Test
    void aRampTellsTheTrueWeightWhileStableStaysReady() {
        EdgeModelStatus status = of(outcome(
                "cpu",
                "phase: Ramping, step: 1, since: \"2026-01-01T12:00:00Z\", message: analysis passes, stable: " + STABLE
                        + ", candidate: " + version("next", "openvino/int8-ac", 25),
                SUCCEEDED,
                2,
                2));
        assertThat(truths(status)).containsExactlyInAnyOrder("Ready", "Reconciling", "Optimized");
        assertThat(condition(status, "Reconciling").getMessage())
                .isEqualTo("ramping openvino/int8-ac: 25 % of 50 % wanted, step 2/2, 14 s of 60 s; analysis passes");
        assertThat(status.weight()).isEqualTo(25);
        assertThat(status.variant()).isEqualTo("openvino/int8-ptq");
    }

    @Test
    void missingPodsAreNotReady() {
        EdgeModelStatus status = of(outcome("cpu", "phase: Idle, stable: " + STABLE, SUCCEEDED, 3, 2));
        assertThat(truths(status)).containsExactlyInAnyOrder("Reconciling", "Degraded", "Optimized");
        assertThat(condition(status, "Ready").getMessage()).isEqualTo("2 of 3 pods of openvino/int8-ptq are ready");
    }

    @Test
    void aRollbackIsNotReadyAlthoughStableServes() {
        EdgeModelStatus status = of(outcome(
                "cpu",
                "phase: RollingBack, message: errors, stable: " + STABLE + ", candidate: "
                        + version("next", "openvino/int8-ac", 0)
                        + ", lastRollback: {time: t, reason: ErrorBurst, message: 9 of 20 failed, fromDigest: d}",
                SUCCEEDED,
                2,
                2));
        assertThat(truths(status)).containsExactlyInAnyOrder("Reconciling", "Degraded", "Optimized");
        assertThat(condition(status, "Degraded").getReason()).isEqualTo("ErrorBurst");
    }

    @Test
    void aFailedRunStallsWithItsOwnWords() {
        EdgeModelStatus status = of(outcome(
                "cpu",
                "phase: Idle, run: digits-cpu-1, stable: " + STABLE,
                "status: {phase: Failed, conditions: [{type: Stalled, status: \"True\", reason: NoVariantPassedGates,"
                        + " message: speedup 1.4 of 2.0}]}",
                2,
                2));
        assertThat(truths(status)).containsExactlyInAnyOrder("Ready", "Stalled", "Degraded");
        assertThat(condition(status, "Stalled").getReason()).isEqualTo("NoVariantPassedGates");
        assertThat(condition(status, "Stalled").getMessage()).isEqualTo("run digits-cpu-1: speedup 1.4 of 2.0");
        assertThat(status.phase()).isEqualTo("Stalled");
    }

    @Test
    void theLeastSettledTargetGivesThePhaseAndEachNamesItself() {
        EdgeModelStatus status = of(
                outcome("cpu", "phase: Idle, stable: " + STABLE, SUCCEEDED, 2, 2),
                outcome(
                        "gpu",
                        "phase: Idle",
                        "status: {phase: Searching, progress: 3/8, conditions: [{type: Reconciling, status: \"True\","
                                + " reason: Searching, message: 3 of 8}], trials: [{name: t, framework: OpenVINO,"
                                + " technique: int8-ac, phase: Running, gates: []}]}",
                        2,
                        0));
        assertThat(truths(status)).containsExactly("Reconciling");
        assertThat(status.phase()).isEqualTo("Optimizing");
        assertThat(condition(status, "Reconciling").getMessage())
                .isEqualTo("gpu: optimizing: trial 3/8 (openvino/int8-ac) in run run");
        assertThat(status.replicas())
                .as("an autoscaler multiplies it and every target follows, so it is no sum")
                .isEqualTo(2);
    }

    @Test
    void aRunThatWaitsIsNotStalledAndSaysWhatItWaitsFor() {
        EdgeModelStatus status = of(outcome(
                "cpu",
                "phase: Idle",
                "status: {phase: Searching, progress: 3/8, conditions: [{type: Reconciling, status: \"True\","
                        + " reason: Unschedulable, message: insufficient memory}]}",
                2,
                0));
        assertThat(truths(status)).containsExactly("Reconciling");
        assertThat(condition(status, "Reconciling").getReason()).isEqualTo("Unschedulable");
        assertThat(condition(status, "Reconciling").getMessage())
                .isEqualTo("optimizing: insufficient memory in run run");
    }

    @Test
    void transitionTimesStayWhileTheStatusStays() {
        TargetOutcome outcome = outcome("cpu", "phase: Idle, stable: " + STABLE, SUCCEEDED, 2, 2);
        EdgeModelStatus first = of(outcome);
        model.setStatus(first);
        assertThat(ModelSummary.of(model, List.of(outcome), List.of(), NOW.plusSeconds(60)))
                .isEqualTo(first);
    }

    private EdgeModelStatus of(TargetOutcome... outcomes) {
        return ModelSummary.of(model, List.of(outcomes), List.of(), NOW);
    }

    private TargetOutcome outcome(String name, String status, String run, int replicas, int ready) {
        return new TargetOutcome(
                Samples.yaml("{name: %s, accelerator: intel-cpu}".formatted(name), Target.class),
                model.getSpec().rollout(),
                Samples.yaml("{name: %s, %s}".formatted(name, status), TargetStatus.class),
                Optional.of(Samples.yaml("metadata: {name: run}\n" + run, OptimizationRun.class)),
                replicas,
                ready,
                Optional.empty(),
                Optional.empty(),
                false,
                false,
                Optional.empty(),
                NOW);
    }

    private static String version(String revision, String variant, int weight) {
        return ("{revision: %s, artifact: a, digest: d, certificate: c, run: run, trial: t, variant: %s, weight: %d,"
                        + " desiredWeight: 0, readyReplicas: 2}")
                .formatted(revision, variant, weight);
    }

    private static Condition condition(EdgeModelStatus status, String type) {
        Map<String, Condition> byType =
                status.conditions().stream().collect(Collectors.toMap(Condition::getType, Function.identity()));
        return Optional.ofNullable(byType.get(type)).orElseThrow();
    }

    private static Stream<String> truths(EdgeModelStatus status) {
        return status.conditions().stream()
                .filter(c -> c.getStatus().equals("True"))
                .map(Condition::getType);
    }
}
