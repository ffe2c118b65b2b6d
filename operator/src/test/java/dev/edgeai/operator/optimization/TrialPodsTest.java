package dev.edgeai.operator.optimization;

import dev.edgeai.planner.run.Turns.TrialPod;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

class TrialPodsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "spec: {containers: []}, status: {phase: Pending} | true",
                "spec: {containers: [], nodeName: edge-1}, status: {phase: Pending} | false",
                "spec: {containers: [], nodeName: edge-1}, status: {phase: Running} | false",
                "spec: {containers: []} | false",
            })
    void whatHasNoNodeWaits(String pod, boolean waits) {
        assertThat(kept(pod)).contains(new TrialPod("vision", "intel-cpu", waits, Optional.empty()));
    }

    @Test
    void whatHasEndedSaysWhen() {
        assertThat(
                        kept(
                                "spec: {nodeName: edge-1}, status: {phase: Failed, containerStatuses: [{name: a, state: {terminated: {finishedAt: '2026-01-01T00:00:00Z'}}}, {name: b, state: {terminated: {finishedAt: '2026-01-01T00:01:00Z'}}}, {name: c}]}"))
                .contains(
                        new TrialPod("vision", "intel-cpu", false, Optional.of(Instant.parse("2026-01-01T00:01:00Z"))));
    }

    @Test
    void anEndThatCannotBeReadStopsNoOtherRun() {
        assertThat(
                        kept(
                                "spec: {nodeName: edge-1}, status: {phase: Failed, containerStatuses: [{name: a, state: {terminated: {finishedAt: '10000-01-01T00:59:59Z'}}}]}"))
                .contains(new TrialPod("vision", "intel-cpu", false, Optional.empty()));
    }

    @Test
    void otherPodsTakeNoPlace() {
        Pod pod = pod("status: {phase: Pending}");
        pod.getMetadata().getLabels().put("app.kubernetes.io/component", "certify");
        TrialPods.slim(pod);
        assertThat(TrialPods.of(pod)).isEmpty();
    }

    private static Optional<TrialPod> kept(String rest) {
        Pod pod = pod(rest);
        TrialPods.slim(pod);
        return TrialPods.of(pod);
    }

    private static Pod pod(String rest) {
        return Serialization.unmarshal("""
                ---
                {apiVersion: v1, kind: Pod, metadata: {name: x, namespace: vision, labels:
                  {app.kubernetes.io/component: trial, edgeai.dev/accelerator: intel-cpu}}, %s}
                """.formatted(rest), Pod.class);
    }
}
