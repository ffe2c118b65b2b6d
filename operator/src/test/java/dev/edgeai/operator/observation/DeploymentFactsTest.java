package dev.edgeai.operator.observation;

import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.planner.status.Reason;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;

class DeploymentFactsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    @ParameterizedTest(name = "observed {0} of 3, {1} updated of {2}: finished {3}")
    @CsvSource({"3, 2, 2, true", "2, 2, 2, false", "3, 1, 2, false", "3, 2, 3, false"})
    void itHasFinishedWhenAllItsPodsAreOfItsTemplate(int observed, int updated, int all, boolean finished) {
        Deployment deployment = Samples.yaml("""
                metadata: {name: d, generation: 3}
                spec: {replicas: 2}
                status: {observedGeneration: %d, updatedReplicas: %d, replicas: %d}
                """.formatted(observed, updated, all), Deployment.class);
        assertThat(DeploymentFacts.isFinished(deployment)).isEqualTo(finished);
    }

    @Test
    void oneThatSaysNothingYetHasNotFinishedAndNothingAgainstIt() {
        Deployment deployment = Samples.yaml("metadata: {name: d}\nspec: {}", Deployment.class);
        assertThat(DeploymentFacts.replicas(deployment)).isEqualTo(1);
        assertThat(DeploymentFacts.isFinished(deployment)).isFalse();
        assertThat(DeploymentFacts.refused(deployment, NOW)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pods \"d-1\" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2 | QUOTA_EXCEEDED",
                "pods \"d-1\" is forbidden: maximum memory usage per Container is 256Mi, but limit is 1Gi | POD_REFUSED",
            })
    void whatKeepsPodsFromBeingMadeIsTold(String message, Reason reason) {
        Deployment deployment = Samples.yaml("""
                metadata: {name: d}
                spec: {}
                status:
                  conditions:
                    - {type: ReplicaFailure, status: "True", reason: FailedCreate, message: '%s',
                       lastTransitionTime: "2026-01-01T11:00:00Z"}
                """.formatted(message), Deployment.class);
        assertThat(DeploymentFacts.refused(deployment, NOW)).hasValueSatisfying(d -> {
            assertThat(d.reason()).isEqualTo(reason);
            assertThat(d.message()).contains(message);
            assertThat(d.since()).isEqualTo("2026-01-01T11:00:00Z");
        });
    }
}
