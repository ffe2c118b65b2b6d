package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.RejectedDigest;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusBuilder;
import dev.edgeai.api.v1alpha1.TargetStatusVersionBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

class RefusedCommandTest {
    private static final String DIGEST = "sha256:" + "a".repeat(64);

    @ParameterizedTest(name = "{0}={1} while {2}: told {3}, waited for {4}")
    @CsvSource({
        "promote, yes, AWAITING_PROMOTION, true, true",
        "promote, blue, AWAITING_PROMOTION, true, true",
        "promote, green, AWAITING_PROMOTION, false, false",
        "promote, green/2, AWAITING_PROMOTION, false, false",
        "promote, used, AWAITING_PROMOTION, false, false",
        "promote, green, RAMPING, false, false",
        "promote, yes, RAMPING, true, true",
        "promote, blue, IDLE, false, false",
        "promote, yes, IDLE, true, false",
        "abort, blue, RAMPING, true, true",
        "abort, green, WARMING, false, false",
        "abort, blue, BAKING, false, false",
        "abort, green-, BAKING, true, true",
        "skip, true, RAMPING, true, true",
        "skip, blue, BAKING, false, false",
        "skip, green, PREPARING, false, false",
    })
    void aValueThatNamesNothingThatWaitsIsTold(
            String command, String value, RolloutPhase phase, boolean told, boolean waits) {
        TargetStatus target = target(phase, phase == RolloutPhase.IDLE || phase == RolloutPhase.BAKING ? "" : "green");
        List<RefusedCommand> refused =
                RefusedCommand.of(Map.of("edgeai.dev/" + command, value), List.of(target), Set.of());
        assertThat(refused).hasSize(told ? 1 : 0).allSatisfy(r -> {
            assertThat(r.waits()).isEqualTo(waits);
            assertThat(r.message()).startsWith("edgeai.dev/" + command + "=" + value);
        });
    }

    @Test
    void whatIsMeantForOneTargetIsNoMatterOfTheOthers() {
        TargetStatus one = target(RolloutPhase.AWAITING_PROMOTION, "green");
        TargetStatus other = target(RolloutPhase.AWAITING_PROMOTION, "red");
        assertThat(RefusedCommand.of(Map.of(Labels.PROMOTE, "red"), List.of(one, other), Set.of()))
                .isEmpty();
        assertThat(RefusedCommand.of(Map.of(Labels.PROMOTE, "no"), List.of(one, other), Set.of()))
                .singleElement()
                .satisfies(r -> assertThat(r.message()).contains("promote=green or edgeai.dev/promote=red"));
    }

    @Test
    void anArtifactThatNobodyCertifiedIsTold() {
        TargetStatus target = target(RolloutPhase.IDLE, "");
        assertThat(RefusedCommand.of(Map.of(Labels.ROLLBACK_TO, "v1"), List.of(target), Set.of(DIGEST)))
                .singleElement()
                .satisfies(r -> assertThat(r.message()).contains("v1", DIGEST, "take the annotation away"));
        assertThat(RefusedCommand.of(Map.of(Labels.ROLLBACK_TO, DIGEST), List.of(target), Set.of(DIGEST)))
                .isEmpty();
        assertThat(RefusedCommand.of(Map.of(Labels.ROLLBACK_TO, "of-blue"), List.of(target), Set.of()))
                .isEmpty();
    }

    @Test
    void anAnnotationOfOurDomainThatMeansNothingIsTold() {
        assertThat(RefusedCommand.of(
                        Map.of("edgeai.dev/rollback", DIGEST, "example.com/rollback", "", Labels.RECERTIFY, "1"),
                        List.of(target(RolloutPhase.IDLE, "")),
                        Set.of()))
                .singleElement()
                .satisfies(r -> {
                    assertThat(r.message())
                            .startsWith("edgeai.dev/rollback means nothing")
                            .contains("edgeai.dev/rollback-to");
                    assertThat(r.waits()).as("nothing moves").isFalse();
                });
    }

    @Test
    void ofThousandsAFewAreToldAndShort() {
        Map<String, String> many = IntStream.range(0, 5_000)
                .boxed()
                .collect(Collectors.toMap(i -> "edgeai.dev/" + "x".repeat(40) + i, _ -> ""));
        assertThat(RefusedCommand.of(many, List.of(target(RolloutPhase.RAMPING, "green")), Set.of()))
                .hasSize(3);
        assertThat(RefusedCommand.of(
                        Map.of(Labels.PROMOTE, "y".repeat(200_000)),
                        List.of(target(RolloutPhase.AWAITING_PROMOTION, "green")),
                        Set.of()))
                .singleElement()
                .satisfies(r -> assertThat(r.message()).hasSizeLessThan(500));
    }

    @Test
    void aRetryThatFindsNothingToTryAgainIsTold() {
        TargetStatus serves = target(RolloutPhase.IDLE, "");
        TargetStatus taken = TargetStatusBuilder.builder(serves).retry("2").build();
        assertThat(RefusedCommand.ofRetry(List.of(serves), List.of(taken)))
                .get()
                .satisfies(r -> assertThat(r.message()).startsWith("edgeai.dev/retry=2 finds nothing"));
        assertThat(RefusedCommand.ofRetry(List.of(taken), List.of(taken)))
                .as("told before")
                .isEmpty();
        assertThat(RefusedCommand.ofRetry(
                        List.of(serves),
                        List.of(TargetStatusBuilder.builder(taken).run("again").build())))
                .as("a run that had failed")
                .isEmpty();
        TargetStatus rejected = TargetStatusBuilder.builder(serves)
                .rejected(List.of(new RejectedDigest("d", "green", "WarmupFailed", "slow", "2026-01-01T00:00:00Z")))
                .build();
        assertThat(RefusedCommand.ofRetry(List.of(rejected), List.of(taken)))
                .as("a version that was rejected")
                .isEmpty();
    }

    @Test
    void nothingAskedNothingTold() {
        assertThat(RefusedCommand.of(
                        Map.of(Labels.PROMOTE, " ", Labels.RETRY, "anything"),
                        List.of(target(RolloutPhase.AWAITING_PROMOTION, "green")),
                        Set.of()))
                .isEmpty();
    }

    private static TargetStatus target(RolloutPhase phase, String candidate) {
        return TargetStatusBuilder.builder()
                .name("cpu")
                .phase(phase)
                .stable(version("blue"))
                .candidate(candidate.isEmpty() ? null : version(candidate))
                .consumed(Map.of(Labels.PROMOTE, "used"))
                .build();
    }

    private static Version version(String revision) {
        return TargetStatusVersionBuilder.builder()
                .revision(revision)
                .digest("of-" + revision)
                .build();
    }
}
