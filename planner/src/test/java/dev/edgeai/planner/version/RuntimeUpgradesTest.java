package dev.edgeai.planner.version;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Rollback;
import dev.edgeai.api.v1alpha1.TargetStatus.RuntimeUpgrade;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusBuilder;
import dev.edgeai.api.v1alpha1.TargetStatusVersionBuilder;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.api.v1alpha1.rollout.UpgradeState;
import dev.edgeai.planner.version.RuntimeUpgrades.Member;
import dev.edgeai.planner.version.RuntimeUpgrades.Turn;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import static dev.edgeai.api.v1alpha1.rollout.UpgradeState.FAILED;
import static dev.edgeai.api.v1alpha1.rollout.UpgradeState.ROLLING;
import static dev.edgeai.api.v1alpha1.rollout.UpgradeState.WAITING;
import static org.assertj.core.api.Assertions.assertThat;

class RuntimeUpgradesTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final String OLD = "runtime:1";
    private static final String NEW = "runtime:2";

    private final Version old = version("blue", OLD);
    private final Version upgraded = version("blue", NEW);

    @Test
    void theStateFollowsFromWhatServesAndWhatIsOnItsWay() {
        assertThat(state(RolloutPhase.IDLE, null, null, null))
                .as("nothing serves yet")
                .isEmpty();
        assertThat(state(RolloutPhase.IDLE, upgraded, null, null)).isEmpty();
        assertThat(state(RolloutPhase.IDLE, old, null, null)).contains(WAITING);
        assertThat(state(RolloutPhase.IDLE, version("blue", null), null, null))
                .as("status of an earlier release")
                .contains(WAITING);
        assertThat(state(RolloutPhase.RAMPING, old, upgraded, null)).contains(ROLLING);
        assertThat(state(RolloutPhase.ROLLING_BACK, old, upgraded, null)).contains(ROLLING);
        assertThat(state(RolloutPhase.BAKING, upgraded, null, old)).contains(ROLLING);
        assertThat(state(RolloutPhase.RAMPING, old, version("green", NEW), null))
                .as("another artifact is no upgrade")
                .contains(WAITING);
        assertThat(state(RolloutPhase.BAKING, version("green", NEW), null, old)).isEmpty();
    }

    @Test
    void theyTakeTurnsByNameWithinTheLimit() {
        List<Member> waiting = List.of(member("a", WAITING), member("b", WAITING), member("c", WAITING));
        assertThat(begins(waiting, 0)).isEmpty();
        assertThat(begins(waiting, 1)).containsExactly("a");
        assertThat(begins(waiting, 2)).containsExactly("a", "b");
        assertThat(begins(List.of(member("a", WAITING), member("b", ROLLING)), 1))
                .isEmpty();
        assertThat(begins(List.of(member("a", WAITING), member("b", ROLLING)), 2))
                .containsExactly("a");
    }

    @Test
    void whoWasTriedStandsBehindTheOthers() {
        Member tried = new Member("a", WAITING, Optional.of(NOW));
        assertThat(begins(List.of(tried, member("b", WAITING)), 1)).containsExactly("b");
        assertThat(begins(List.of(tried), 1)).containsExactly("a");
    }

    @Test
    void oneThatIsOnItsWayKeepsTheOthersWaiting() {
        for (RolloutPhase phase : List.of(
                RolloutPhase.PREPARING,
                RolloutPhase.WARMING,
                RolloutPhase.RAMPING,
                RolloutPhase.PROMOTING,
                RolloutPhase.ROLLING_BACK)) {
            assertThat(keepsWaiting(rolling(phase, NOW.toString()), NOW))
                    .as(phase.name())
                    .isTrue();
        }
        assertThat(keepsWaiting(status(RolloutPhase.BAKING, upgraded, null, old, since(NOW.toString())), NOW))
                .isTrue();
    }

    @Test
    void oneThatWaitsForAPersonOrIsSuspendedGivesItsTurnUp() {
        for (RolloutPhase phase : List.of(RolloutPhase.AWAITING_PROMOTION, RolloutPhase.PAUSED)) {
            TargetStatus waits = rolling(phase, NOW.toString());
            assertThat(keepsWaiting(waits, NOW)).as(phase.name()).isFalse();
            assertThat(RuntimeUpgrades.inProgress(waits, NEW))
                    .as("it goes on by itself")
                    .isTrue();
            RuntimeUpgrade told = next(waits, waits).orElseThrow();
            assertThat(told.state()).isEqualTo(ROLLING);
            assertThat(told.message()).contains("others need not wait");
        }
    }

    @Test
    void aTurnEndsHoweverLongAPolicyHolds() {
        Instant end = NOW.plus(RuntimeUpgrades.LONGEST_TURN);
        TargetStatus holds = rolling(RolloutPhase.RAMPING, NOW.toString());
        assertThat(keepsWaiting(holds, end.minusSeconds(1))).isTrue();
        assertThat(keepsWaiting(holds, end)).isFalse();
        assertThat(keepsWaiting(status(RolloutPhase.BAKING, upgraded, null, old, since(NOW.toString())), end))
                .isFalse();
        RuntimeUpgrade told =
                RuntimeUpgrades.next(holds, holds, NEW, Optional.empty(), end).orElseThrow();
        assertThat(told.tried()).isEqualTo(NOW.toString());
        assertThat(told.message()).contains("others need not wait").contains("45");
        assertThat(next(holds, holds))
                .map(RuntimeUpgrade::message)
                .hasValueSatisfying(message -> assertThat(message).doesNotContain("others"));
    }

    /** Nobody may wait for ever for what somebody wrote into another model's status. */
    @Test
    void aTimeThatIsNoneKeepsNobodyWaiting() {
        for (String time :
                List.of("", "tomorrow", "2026-11-29", "9999-12-31T23:59:59Z", "-999999999-01-01T00:00:00Z")) {
            assertThat(keepsWaiting(rolling(RolloutPhase.RAMPING, time), NOW))
                    .as(time)
                    .isFalse();
            TargetStatus waits =
                    status(RolloutPhase.IDLE, old, null, null, new RuntimeUpgrade(NEW, WAITING, time, null, "waits"));
            assertThat(RuntimeUpgrades.member("x", waits, NEW, NOW))
                    .map(Member::state)
                    .contains(WAITING);
        }
        assertThat(keepsWaiting(rolling(RolloutPhase.RAMPING, NOW.plusSeconds(5).toString()), NOW))
                .as("of a clock that is a little ahead")
                .isTrue();
        TargetStatus begins = TargetStatusBuilder.builder(status(RolloutPhase.PREPARING, old, upgraded, null, null))
                .since(NOW.toString())
                .build();
        assertThat(keepsWaiting(begins, NOW)).as("of an earlier release").isTrue();
    }

    @Test
    void oneThatFailedStopsTheRestAndIsNamed() {
        List<Member> others = List.of(member("ns/bad/cpu", FAILED), member("ns/other/cpu", WAITING));
        assertThat(RuntimeUpgrades.turn(member("ns/a/cpu", WAITING), others, 5))
                .isInstanceOfSatisfying(
                        Turn.Wait.class,
                        wait -> assertThat(wait.message())
                                .contains("ns/bad/cpu")
                                .contains("edgeai.dev/retry"));
    }

    @Test
    void aFailureStandsUntilAPersonRetriesOrAnotherImageCame() {
        TargetStatus ramping = status(RolloutPhase.RAMPING, old, upgraded, null, null);
        TargetStatus back = with(ramping, rollback(Blame.MODEL));
        RuntimeUpgrade failed = next(ramping, back).orElseThrow();
        assertThat(failed.state()).isEqualTo(FAILED);
        assertThat(failed.message()).contains("error-rate");

        TargetStatus leaving = TargetStatusBuilder.builder(back)
                .phase(RolloutPhase.ROLLING_BACK)
                .upgrade(failed)
                .build();
        assertThat(next(leaving, leaving)).contains(failed);
        TargetStatus rests = TargetStatusBuilder.builder(leaving)
                .phase(RolloutPhase.IDLE)
                .candidate(null)
                .build();
        assertThat(next(leaving, rests)).contains(failed);
        assertThat(RuntimeUpgrades.state(rests, NEW)).contains(FAILED);
        assertThat(RuntimeUpgrades.state(rests, "runtime:3")).contains(WAITING);
        assertThat(RuntimeUpgrades.state(rests, OLD))
                .as("the old image is back")
                .isEmpty();
        assertThat(RuntimeUpgrades.next(rests, rests, OLD, Optional.empty(), NOW))
                .isEmpty();
        TargetStatus retried = TargetStatusBuilder.builder(rests).retry("again").build();
        assertThat(RuntimeUpgrades.state(retried, NEW)).contains(WAITING);
        assertThat(next(rests, retried)).map(RuntimeUpgrade::state).contains(WAITING);
    }

    @Test
    void whatWasNotItsFaultStopsNobody() {
        TargetStatus ramping = TargetStatusBuilder.builder(status(RolloutPhase.RAMPING, old, upgraded, null, null))
                .upgrade(new RuntimeUpgrade(NEW, ROLLING, NOW.toString(), null, ""))
                .build();
        for (Blame blame : List.of(Blame.ENVIRONMENT, Blame.UNKNOWN)) {
            TargetStatus back = TargetStatusBuilder.builder(with(ramping, rollback(blame)))
                    .phase(RolloutPhase.IDLE)
                    .candidate(null)
                    .build();
            RuntimeUpgrade after = next(ramping, back).orElseThrow();
            assertThat(after.state()).isEqualTo(WAITING);
            assertThat(after.tried()).as("so that it stands behind the others").isEqualTo(NOW.toString());
        }
    }

    @Test
    void anOldRollbackIsNoFailureOfThisUpgrade() {
        TargetStatus ramping = with(status(RolloutPhase.RAMPING, old, upgraded, null, null), rollback(Blame.MODEL));
        assertThat(next(ramping, ramping)).map(RuntimeUpgrade::state).contains(ROLLING);
    }

    @Test
    void nothingIsToldOnceItServes() {
        TargetStatus baking = status(RolloutPhase.BAKING, upgraded, null, old, null);
        assertThat(next(baking, baking)).map(RuntimeUpgrade::state).contains(ROLLING);
        assertThat(next(baking, status(RolloutPhase.IDLE, upgraded, null, null, null)))
                .isEmpty();
    }

    private TargetStatus rolling(RolloutPhase phase, String tried) {
        return status(phase, old, upgraded, null, since(tried));
    }

    private static RuntimeUpgrade since(String tried) {
        return new RuntimeUpgrade(NEW, ROLLING, tried, null, "");
    }

    private static boolean keepsWaiting(TargetStatus other, Instant now) {
        List<Member> others =
                RuntimeUpgrades.member("ns/a/cpu", other, NEW, now).stream().toList();
        return RuntimeUpgrades.turn(member("ns/b/cpu", WAITING), others, 1) instanceof Turn.Wait;
    }

    private static Optional<RuntimeUpgrade> next(TargetStatus before, TargetStatus after) {
        return RuntimeUpgrades.next(before, after, NEW, Optional.empty(), NOW);
    }

    private static List<String> begins(List<Member> members, int limit) {
        return members.stream()
                .filter(m -> m.state() == WAITING)
                .filter(m -> {
                    List<Member> others = new ArrayList<>(members);
                    others.remove(m);
                    return RuntimeUpgrades.turn(m, others, limit) instanceof Turn.Begin;
                })
                .map(Member::name)
                .toList();
    }

    private static Member member(String name, UpgradeState state) {
        return new Member(name, state, Optional.empty());
    }

    private static Optional<UpgradeState> state(
            RolloutPhase phase, @Nullable Version stable, @Nullable Version candidate, @Nullable Version previous) {
        return RuntimeUpgrades.state(status(phase, stable, candidate, previous, null), NEW);
    }

    private static TargetStatus with(TargetStatus status, Rollback rollback) {
        return TargetStatusBuilder.builder(status).lastRollback(rollback).build();
    }

    private static Rollback rollback(Blame blame) {
        return new Rollback(NOW.toString(), "AnalysisFailed", "error-rate 0.5", "blue", "blue", 3L, blame, null);
    }

    private static TargetStatus status(
            RolloutPhase phase,
            @Nullable Version stable,
            @Nullable Version candidate,
            @Nullable Version previous,
            @Nullable RuntimeUpgrade upgrade) {
        return TargetStatusBuilder.builder()
                .name("cpu")
                .phase(phase)
                .stable(stable)
                .candidate(candidate)
                .previous(previous)
                .upgrade(upgrade)
                .build();
    }

    private static Version version(String digest, @Nullable String image) {
        return TargetStatusVersionBuilder.builder()
                .revision(digest + image)
                .digest(digest)
                .image(image)
                .build();
    }
}
