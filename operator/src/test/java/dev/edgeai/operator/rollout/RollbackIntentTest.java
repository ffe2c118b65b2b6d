package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.operator.delivery.ObjectNames;
import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.delivery.ServingServices;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.job.Seals;
import dev.edgeai.operator.observation.TargetObjects;
import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class RollbackIntentTest {
    private static final TargetRef TARGET = new TargetRef("vision", "digits", "cpu");
    private static final String MODEL = "0b8e4c1e-model";

    private final RollbackIntent intents = under("the operator's key");
    private final TargetStatus ramping = status("Ramping", "2026-01-01T12:00:00Z");
    private final TargetStatus rollingBack = status("RollingBack", "2026-01-01T12:00:30.5Z");

    @Test
    void onlyARollbackCarriesItsStatus() {
        assertThat(intents.of(TARGET, MODEL, rollingBack, ramping)).isEmpty();
        assertThat(intents.of(TARGET, MODEL, ramping, rollingBack)).isPresent();
    }

    @Test
    void aStatusThatWasNotWrittenIsTakenFromTheTrafficWrite() {
        assertThat(newest(ramping, intended(ramping, rollingBack))).isEqualTo(rollingBack);
    }

    @Test
    void itHoldsWhateverTheClocksOfTwoOperatorsSay() {
        TargetStatus ahead = status("Ramping", "2026-01-01T13:00:00Z");
        assertThat(newest(ahead, intended(ahead, rollingBack))).isEqualTo(rollingBack);
    }

    @Test
    void itIsWithoutEffectOnceAStatusWasWritten() {
        String intent = intended(ramping, rollingBack);
        TargetStatus byAClockThatIsBehind = status("Idle", "2026-01-01T11:00:00Z");
        assertThat(newest(rollingBack, intent)).isSameAs(rollingBack);
        assertThat(newest(byAClockThatIsBehind, intent)).isSameAs(byAClockThatIsBehind);
    }

    @Test
    void whatSomebodyElseSealedOrChangedIsWithoutEffect() {
        String foreign =
                under("another key").of(TARGET, MODEL, ramping, rollingBack).orElseThrow();
        String ofAnotherModel =
                intents.of(TARGET, "another uid", ramping, rollingBack).orElseThrow();
        String ofAnotherTarget = intents.of(new TargetRef("vision", "digits", "gpu"), MODEL, ramping, rollingBack)
                .orElseThrow();
        String changed = intended(ramping, rollingBack).replace("\"variant\":\"v\"", "\"variant\":\"w\"");
        assertThat(changed).contains("\"w\"");
        for (String forged : List.of(foreign, ofAnotherModel, ofAnotherTarget, changed, Json.write(rollingBack))) {
            assertThat(newest(ramping, forged)).isSameAs(ramping);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no JSON",
                "null",
                "[]",
                "{}",
                "{\"before\": 1, \"status\": null}",
                "{\"before\": \"x\", \"status\": {\"since\": \"x\", \"phase\": \"y\"}, \"seal\": \"z\"}"
            })
    void nonsenseIsWithoutEffect(String intent) {
        assertThat(newest(ramping, intent)).isSameAs(ramping);
    }

    private static RollbackIntent under(String key) {
        return new RollbackIntent(new Seals(() -> key.getBytes(StandardCharsets.UTF_8)));
    }

    private String intended(TargetStatus before, TargetStatus next) {
        return intents.of(TARGET, MODEL, before, next).orElseThrow();
    }

    private TargetStatus newest(TargetStatus written, String intent) {
        return intents.newest(written, service(intent), MODEL);
    }

    private static TargetObjects service(String intent) {
        return new TargetObjects(
                TARGET,
                List.of(),
                List.of(),
                List.of(),
                List.of(new ServiceBuilder()
                        .withNewMetadata()
                        .withName(ObjectNames.stableService(TARGET))
                        .addToAnnotations(ServingServices.INTENT, intent)
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
