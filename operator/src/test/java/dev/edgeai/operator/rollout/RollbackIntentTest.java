package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.operator.delivery.Names;
import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.delivery.ServingServices;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.observation.TargetObjects;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class RollbackIntentTest {
    private static final TargetRef TARGET = new TargetRef("vision", "digits", "cpu");
    private final TargetStatus ramping = status("Ramping", "2026-01-01T12:00:00Z");
    private final TargetStatus rollingBack = status("RollingBack", "2026-01-01T12:00:30.5Z");

    @Test
    void onlyARollbackCarriesItsStatus() {
        assertThat(RollbackIntent.of(ramping)).isEmpty();
        assertThat(RollbackIntent.of(rollingBack)).isPresent();
    }

    @Test
    void aStatusThatWasNotWrittenIsTakenFromTheTrafficWrite() {
        assertThat(RollbackIntent.newest(ramping, service(rollingBack))).isEqualTo(rollingBack);
    }

    @Test
    void anOldIntentIsWithoutEffect() {
        TargetStatus later = status("Preparing", "2026-01-01T12:01:00Z");
        assertThat(RollbackIntent.newest(rollingBack, service(rollingBack))).isSameAs(rollingBack);
        assertThat(RollbackIntent.newest(later, service(rollingBack))).isSameAs(later);
    }

    private static TargetObjects service(TargetStatus intent) {
        return new TargetObjects(
                TARGET,
                List.of(),
                List.of(),
                List.of(),
                List.of(new ServiceBuilder()
                        .withNewMetadata()
                        .withName(Names.stableService(TARGET))
                        .addToAnnotations(
                                ServingServices.INTENT,
                                RollbackIntent.of(intent).orElseThrow())
                        .endMetadata()
                        .build()),
                List.of(),
                List.of(),
                List.of());
    }

    private static TargetStatus status(String phase, String since) {
        return Samples.yaml("""
                name: cpu
                phase: %s
                since: "%s"
                candidate: {revision: r, artifact: a, digest: d, certificate: c, run: n, trial: t, variant: v,
                  speedup: "3.10", weight: 0, desiredWeight: 0, readyReplicas: 1}
                analysis: [{metric: error-rate, verdict: Fail, value: "0.5", passed: 0, failed: 1, inconclusive: 0,
                  consecutiveErrors: 0}]
                lastRollback: {time: "%s", reason: ErrorBurst, message: m, fromDigest: d}
                """.formatted(phase, since, since), TargetStatus.class);
    }
}
