package dev.edgeai.planner.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.ModelPhase;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.api.v1alpha1.TargetStatus;
import io.fabric8.kubernetes.api.model.Condition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    private static final String SOURCE = version("stable", "source", 100).replace("trial: t", "trial: source");
    private static final String FELL_BACK =
            "status: {phase: Succeeded, conditions: [{type: Ready, status: \"True\", reason: NoVariantPassedGates,"
                    + " message: 1.4x is below 2x}], selected: {trial: source, variant: source, artifact: a, digest: d,"
                    + " reason: none}}";

    private final EdgeModel model = yaml("""
            metadata: {name: digits, namespace: vision, generation: 4}
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
        assertThat(status.phase()).isEqualTo(ModelPhase.SERVING);
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
                .isEqualTo(
                        "ramping openvino/int8-ac (revision next): 25 % of 50 % wanted, step 2/2, 14 s of 60 s; analysis passes");
        assertThat(status.weight()).isEqualTo(25);
        assertThat(status.variant()).isEqualTo("openvino/int8-ptq");
    }

    @Test
    void missingPodsAreNotReady() {
        EdgeModelStatus status = of(outcome("cpu", "phase: Idle, stable: " + STABLE, SUCCEEDED, 3, 2));
        assertThat(truths(status)).containsExactlyInAnyOrder("Reconciling", "Degraded", "Optimized");
        assertThat(condition(status, "Ready").getMessage())
                .isEqualTo("2 of 3 pods of openvino/int8-ptq (revision stable) are ready");
    }

    @Test
    void missingPodsSayWhyAtRestToo() {
        String why = "Unschedulable: 0/3 nodes are available: 3 Insufficient memory.";
        EdgeModelStatus status = of(outcome("cpu", "phase: Idle, stable: " + STABLE, SUCCEEDED, 3, 2)
                .lacking(Optional.of(why)));
        for (String type : List.of("Ready", "Reconciling", "Degraded")) {
            assertThat(condition(status, type).getMessage())
                    .as(type)
                    .isEqualTo("2 of 3 pods of openvino/int8-ptq (revision stable) are ready: " + why);
        }
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
        assertThat(status.phase()).isEqualTo(ModelPhase.STALLED);
    }

    @Test
    void aModelThatServesItsSourceIsReadyAndSaysSo() {
        EdgeModelStatus status =
                of(outcome("cpu", "phase: Idle, run: digits-cpu-1, stable: " + SOURCE, FELL_BACK, 2, 2));
        assertThat(truths(status)).containsExactlyInAnyOrder("Ready");
        assertThat(condition(status, "Ready").getReason()).isEqualTo("ServingSource");
        assertThat(condition(status, "Ready").getMessage())
                .isEqualTo("source (revision stable) serves with 2 ready pods, as no variant qualified");
        assertThat(condition(status, "Optimized").getReason()).isEqualTo("NoVariantPassedGates");
        assertThat(condition(status, "Optimized").getMessage()).isEqualTo("run digits-cpu-1: 1.4x is below 2x");
        assertThat(status.phase()).isEqualTo(ModelPhase.SERVING);
        assertThat(status.variant()).isEqualTo("source");
    }

    @Test
    void whereAVariantServesARunThatFoundNoneStallsThoughItChoseTheSource() {
        EdgeModelStatus status =
                of(outcome("cpu", "phase: Idle, run: digits-cpu-2, stable: " + STABLE, FELL_BACK, 2, 2));
        assertThat(truths(status)).containsExactlyInAnyOrder("Ready", "Stalled", "Degraded");
        assertThat(condition(status, "Ready").getReason()).isEqualTo("Serving");
        assertThat(condition(status, "Stalled").getReason()).isEqualTo("NoVariantPassedGates");
        assertThat(condition(status, "Stalled").getMessage()).isEqualTo("run digits-cpu-2: 1.4x is below 2x");
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
        assertThat(status.phase()).isEqualTo(ModelPhase.OPTIMIZING);
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
    void noPodsIsAStateThatSaysThatItDoesNotServe() {
        EdgeModelStatus status = of(outcome("cpu", "phase: Idle, stable: " + STABLE, SUCCEEDED, 0, 0)
                .unreached(
                        Optional.of(new Explanation(Reason.NOT_SERVING, "Service digits-cpu has no ready endpoint"))));
        assertThat(truths(status)).containsExactly("Optimized");
        assertThat(condition(status, "Ready").getReason()).isEqualTo("ScaledToZero");
        assertThat(condition(status, "Ready").getMessage())
                .isEqualTo("replicas is 0: nothing serves; kubectl scale -n vision edgemodel digits --replicas=1");
        assertThat(status.phase()).isEqualTo(ModelPhase.SCALED_TO_ZERO);
        assertThat(status.replicas()).isZero();
    }

    @Test
    void nothingIsReadyThatUsersDoNotReach() {
        EdgeModelStatus status = of(outcome("cpu", "phase: Idle, stable: " + STABLE, SUCCEEDED, 2, 2)
                .unreached(Optional.of(new Explanation(Reason.NOT_SERVING, "Service digits-cpu is not there"))));
        assertThat(truths(status)).containsExactlyInAnyOrder("Reconciling", "Degraded", "Optimized");
        assertThat(condition(status, "Ready").getMessage()).isEqualTo("Service digits-cpu is not there");
    }

    @Test
    void waitingForAPersonIsNoProgressThatAToolWouldWaitFor() {
        EdgeModelStatus status = of(outcome(
                "cpu",
                "phase: AwaitingPromotion, message: annotate edgeai.dev/promote=next, stable: " + STABLE
                        + ", candidate: " + version("next", "openvino/int8-ac", 50),
                SUCCEEDED,
                2,
                2));
        assertThat(truths(status)).containsExactlyInAnyOrder("Ready", "Optimized");
        assertThat(condition(status, "Reconciling").getReason()).isEqualTo("AwaitingPromotion");
        assertThat(condition(status, "Reconciling").getMessage()).isEqualTo("annotate edgeai.dev/promote=next");
    }

    @Test
    void duringARenameItSaysWhoServesMeanwhile() {
        TargetStatus old = yaml("{name: old, phase: Idle, stable: " + STABLE + "}", TargetStatus.class);
        EdgeModelStatus status =
                ModelSummary.of(model, List.of(outcome("cpu", "phase: Idle", SUCCEEDED, 2, 0)), List.of(old), NOW);
        assertThat(condition(status, "Stalled").getMessage()).contains("target old serves on meanwhile");
        assertThat(condition(status, "Ready").getMessage()).contains("target old serves on");
    }

    @Test
    void withoutPodsNobodyGetsAnyWeight() {
        assertThat(of(outcome("cpu", "phase: Idle, stable: " + STABLE, SUCCEEDED, 0, 0))
                        .weight())
                .isZero();
    }

    @Test
    void suspendedIsNoProgressEither() {
        EdgeModel suspended = yaml("""
                metadata: {name: digits, namespace: vision, generation: 4}
                spec:
                  source: {uri: "oci://registry:5000/models/digits:1"}
                  task: ImageClassification
                  evaluation: {dataset: {uri: "oci://registry:5000/data/digits:1"}}
                  suspend: true
                  targets: [{name: cpu, accelerator: intel-cpu}]
                """, EdgeModel.class);
        EdgeModelStatus status = ModelSummary.of(
                suspended,
                List.of(outcome(
                        "cpu", "phase: Paused, stable: " + STABLE, "status: {phase: Searching, progress: 3/8}", 2, 2)),
                List.of(),
                NOW);
        assertThat(truths(status)).containsExactly("Ready");
        assertThat(condition(status, "Reconciling").getReason()).isEqualTo("Suspended");
    }

    @Test
    void whatIsRefusedBesideARunningModelStallsAndTakesNothingElseBack() {
        TargetOutcome good = outcome("cpu", "phase: Idle, run: run, stable: " + STABLE, SUCCEEDED, 2, 2);
        EdgeModelStatus status = of(TargetOutcomeBuilder.builder(good)
                .problem(Optional.of(
                        new Explanation(Reason.INTERNAL_ERROR, "the API server refuses: must be less than the limit")))
                .build());
        assertThat(truths(status)).containsExactlyInAnyOrder("Ready", "Optimized", "Stalled");
    }

    @Test
    void aFirstVersionThatWasRejectedAsksForAPerson() {
        TargetOutcome seen = outcome(
                "cpu",
                "phase: Idle, rejected: [{digest: d, revision: r, reason: CertificateInvalid, message: not of the key,"
                        + " time: t}], lastRollback: {time: t, reason: CertificateInvalid, message: not of the key,"
                        + " fromDigest: d}",
                SUCCEEDED,
                2,
                0);
        EdgeModelStatus status = of(TargetOutcomeBuilder.builder(seen)
                .suggestion(
                        Optional.of("every certified variant was rejected; annotate edgeai.dev/retry with a new value"))
                .behind(true)
                .build());
        assertThat(condition(status, "Stalled").getStatus()).isEqualTo("True");
        assertThat(condition(status, "Stalled").getMessage()).contains("not of the key", "edgeai.dev/retry");
        assertThat(condition(status, "Reconciling").getStatus()).isEqualTo("False");
        assertThat(condition(status, "Ready").getStatus()).isEqualTo("False");
    }

    @ParameterizedTest(name = "{0} failures in a row, generation {1} was acted on: Ready is {2}")
    @CsvSource({"1, 4, True", "2, 4, True", "3, 4, Unknown", "1, 3, Unknown"})
    void whatCannotBeReconciledSaysSo(int times, long observed, String ready) {
        model.setStatus(yaml("observedGeneration: " + observed, EdgeModelStatus.class));
        EdgeModelStatus status = of(outcome("cpu", "phase: Idle, stable: " + STABLE, SUCCEEDED, 2, 2)
                .failed(TargetOutcome.Failure.of(times, new NullPointerException("endpoints\nis null"))));
        assertThat(condition(status, "Ready").getStatus()).isEqualTo(ready);
        assertThat(condition(status, "Reconciling").getReason()).isEqualTo("ReconcileFailed");
        assertThat(condition(status, "Reconciling").getMessage())
                .contains("failed " + times + " time")
                .contains("NullPointerException: endpoints is null");
        assertThat(status.observedGeneration()).as("not acted on").isEqualTo(observed);

        model.setStatus(status);
        EdgeModelStatus outside =
                ModelSummary.failed(model, TargetOutcome.Failure.of(times, new IllegalStateException("x")), NOW);
        assertThat(condition(outside, "Ready").getStatus()).isEqualTo(ready);
        assertThat(outside.targets()).isEqualTo(status.targets());
        assertThat(outside.observedGeneration()).isEqualTo(observed);
    }

    @Test
    void aModelThatNobodyCouldLookAtYetSaysSoToo() {
        EdgeModelStatus status =
                ModelSummary.failed(model, TargetOutcome.Failure.of(1, new IllegalStateException("x")), NOW);
        assertThat(condition(status, "Ready").getStatus()).isEqualTo("Unknown");
        assertThat(status.observedGeneration()).isNull();
    }

    @Test
    void anAutoscalerSeesThePodsThatServeAndNoOthers() {
        String candidate = ", candidate: " + version("next", "openvino/int8-ac", 50);
        EdgeModelStatus ramp =
                of(outcome("cpu", "phase: Ramping, step: 0, stable: " + STABLE + candidate, SUCCEEDED, 2, 2));
        assertThat(ramp.selector())
                .isEqualTo("edgeai.dev/model=digits,edgeai.dev/target=cpu,app.kubernetes.io/component=serve,"
                        + "edgeai.dev/revision in (stable)");
        assertThat(ramp.replicas()).isEqualTo(2);
        EdgeModelStatus promoted = of(outcome(
                "cpu", "phase: Promoting, stable: " + STABLE + candidate.replace("50", "100"), SUCCEEDED, 2, 2));
        assertThat(promoted.selector()).endsWith("edgeai.dev/revision in (next)");
        EdgeModelStatus two = of(
                outcome("cpu", "phase: Idle, stable: " + version("a", "v", 100), SUCCEEDED, 2, 1),
                outcome("gpu", "phase: Idle, stable: " + version("b", "v", 100), SUCCEEDED, 2, 2));
        assertThat(two.selector())
                .as("the same target that the number is of")
                .contains("gpu")
                .endsWith("in (b)");
        assertThat(two.replicas()).isEqualTo(2);
        assertThat(of(outcome("cpu", "phase: Idle", SUCCEEDED, 2, 0)).selector())
                .as("no pods, and never those of everything")
                .endsWith("edgeai.dev/revision in (none)");
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
        return TargetOutcomeBuilder.builder(TargetOutcome.of(
                        yaml("{name: %s, accelerator: intel-cpu}".formatted(name), Target.class),
                        model.getSpec().rollout(),
                        yaml("{name: %s, %s}".formatted(name, status), TargetStatus.class),
                        replicas,
                        ready,
                        NOW))
                .run(Optional.of(yaml("metadata: {name: run}\n" + run, OptimizationRun.class)))
                .build();
    }

    private static <T> T yaml(String text, Class<T> type) {
        try {
            return new YAMLMapper().readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
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
