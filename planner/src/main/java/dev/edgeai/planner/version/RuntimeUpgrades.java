package dev.edgeai.planner.version;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Rollback;
import dev.edgeai.api.v1alpha1.TargetStatus.RuntimeUpgrade;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.api.v1alpha1.rollout.UpgradeState;
import dev.edgeai.planner.Times;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * When the same artifact is served with another runtime image. An operator's new release is such for every target at
 * once, so they take turns within a limit of the fleet, and one that fails stops the rest; see
 * docs/decisions/runtime-upgrades.md.
 */
public final class RuntimeUpgrades {
    /**
     * With the defaults of a rollout's policy an upgrade that goes well ends within it, even when it needs the whole progress
     * deadline for its pods and for its warm-up: twice 10 minutes, the ramp, and 10 minutes of bake.
     */
    public static final Duration LONGEST_TURN = Duration.ofMinutes(45);

    private static final Comparator<Member> TURN =
            Comparator.comparing((Member m) -> m.tried().orElse(Instant.MIN)).thenComparing(Member::name);

    private RuntimeUpgrades() {}

    /**
     * Another target of the fleet that serves with another image than the wanted one, or is on its way.
     *
     * @param name {@code namespace/model/target}
     * @param state of its upgrade; one that could not begin now, or gave its turn up, is not a member
     * @param tried when its last try began
     */
    public record Member(String name, UpgradeState state, Optional<Instant> tried) {}

    /** Whether a target's upgrade begins. */
    public sealed interface Turn {
        record Begin() implements Turn {}

        record Wait(String message) implements Turn {}
    }

    /** How far a target is; empty when it serves with this image, or serves nothing yet. */
    public static Optional<UpgradeState> state(TargetStatus status, String image) {
        if (inProgress(status, image)) {
            return Optional.of(UpgradeState.ROLLING);
        }
        Version stable = status.stable();
        if (stable == null || image.equals(stable.image())) {
            return Optional.empty();
        }
        RuntimeUpgrade upgrade = status.upgrade();
        boolean failed = upgrade != null
                && upgrade.state() == UpgradeState.FAILED
                && upgrade.image().equals(image)
                && Objects.equals(upgrade.retry(), status.retry());
        return Optional.of(failed ? UpgradeState.FAILED : UpgradeState.WAITING);
    }

    /**
     * The target as others see it, or empty when it keeps nobody waiting: one that is on its way gives its turn up where it
     * waits for a person and after {@link #LONGEST_TURN}, and finishes beside the next.
     *
     * @param name {@code namespace/model/target}
     * @param image that is to serve
     */
    public static Optional<Member> member(String name, TargetStatus status, String image, Instant now) {
        Optional<Instant> tried = Optional.ofNullable(status.upgrade()).flatMap(upgrade -> Times.read(upgrade.tried()));
        return state(status, image)
                .filter(state -> state != UpgradeState.ROLLING
                        || turnGivenUp(status, began(status, image), now).isEmpty())
                .map(state -> new Member(name, state, tried));
    }

    /** What was written before there was a time of the upgrade has that of its phase. */
    private static Optional<Instant> began(TargetStatus status, String image) {
        return Optional.ofNullable(sameImage(status.upgrade(), image))
                .map(RuntimeUpgrade::tried)
                .map(Times::read)
                .orElseGet(() -> Times.read(status.since()));
    }

    /** Why nobody waits for one that is on its way; a time that is none, or lies far ahead, begins no turn. */
    private static Optional<String> turnGivenUp(TargetStatus status, Optional<Instant> began, Instant now) {
        if (status.phase() == RolloutPhase.AWAITING_PROMOTION) {
            return Optional.of("it waits for a person");
        }
        if (status.phase() == RolloutPhase.PAUSED) {
            return Optional.of("it is suspended");
        }
        boolean within = began.map(begin -> Duration.between(begin, now).abs())
                .filter(taken -> taken.compareTo(LONGEST_TURN) < 0)
                .isPresent();
        return within
                ? Optional.empty()
                : Optional.of("its turn of %d minutes is over".formatted(LONGEST_TURN.toMinutes()));
    }

    /** Whether the rollout that goes on brings this image to an artifact that served with another one. */
    public static boolean inProgress(TargetStatus status, String image) {
        return status.phase() == RolloutPhase.BAKING
                ? isUpgrade(status.previous(), status.stable(), image)
                : isUpgrade(status.stable(), status.candidate(), image);
    }

    private static boolean isUpgrade(@Nullable Version from, @Nullable Version to, String image) {
        return from != null
                && to != null
                && from.digest().equals(to.digest())
                && image.equals(to.image())
                && !image.equals(from.image());
    }

    /**
     * Whether a target that waits may begin now: nobody failed, and among those that wait its turn comes within what the
     * limit leaves. Who was tried and taken back stands behind the others, so that one that cannot keeps nobody waiting.
     *
     * @param me the target
     * @param others of the fleet
     * @param limit upgrades at a time; 0: none begins
     */
    public static Turn turn(Member me, List<Member> others, int limit) {
        List<Member> failed = in(others, UpgradeState.FAILED);
        if (!failed.isEmpty()) {
            return new Turn.Wait("waits, as the upgrade of %s failed; annotate that model with a new value of "
                            .formatted(names(failed))
                    + "edgeai.dev/retry to try it again, or install another runtime");
        }
        List<Member> rolling = in(others, UpgradeState.ROLLING);
        List<Member> before = in(others, UpgradeState.WAITING).stream()
                .filter(other -> TURN.compare(other, me) < 0)
                .toList();
        if (rolling.size() + before.size() < limit) {
            return new Turn.Begin();
        }
        return new Turn.Wait("waits for its turn: %d at a time (rollout.maxConcurrentUpgrades)%s%s"
                .formatted(
                        limit,
                        rolling.isEmpty() ? "" : "; now " + names(rolling),
                        before.isEmpty() ? "" : "; " + before.size() + " before it"));
    }

    private static List<Member> in(List<Member> members, UpgradeState state) {
        return members.stream().filter(m -> m.state() == state).toList();
    }

    private static String names(List<Member> members) {
        return members.stream()
                .map(Member::name)
                .sorted()
                .limit(3)
                .reduce((a, b) -> a + ", " + b)
                .orElse("");
    }

    /**
     * What stands in status after a decision.
     *
     * @param waits why it does not begin; empty when it may
     */
    public static Optional<RuntimeUpgrade> next(
            TargetStatus before, TargetStatus after, String image, Optional<String> waits, Instant now) {
        boolean was = inProgress(before, image);
        @Nullable RuntimeUpgrade known = sameImage(before.upgrade(), image);
        @Nullable String tried = known == null ? null : known.tried();
        Optional<Rollback> failure = was ? newFailure(before, after) : Optional.empty();
        if (failure.isPresent()) {
            return Optional.of(new RuntimeUpgrade(
                    image,
                    UpgradeState.FAILED,
                    tried,
                    after.retry(),
                    "taken back: " + failure.get().message()));
        }
        boolean is = inProgress(after, image);
        if (known != null && rests(known, after, is, image)) {
            return Optional.of(known);
        }
        if (is) {
            String began = was && tried != null ? tried : now.toString();
            String beside = turnGivenUp(after, Times.read(began), now)
                    .map("; others need not wait for it, as %s"::formatted)
                    .orElse("");
            return Optional.of(new RuntimeUpgrade(
                    image, UpgradeState.ROLLING, began, null, "%s is tried out%s".formatted(image, beside)));
        }
        // A person who asks for another try does not wait for it
        @Nullable String last = known != null && known.state() == UpgradeState.FAILED ? null : tried;
        return state(after, image)
                .map(_ -> new RuntimeUpgrade(
                        image, UpgradeState.WAITING, last, null, waits.orElse("begins when its turn comes")));
    }

    /** Taken back by this decision, for its own fault. */
    private static Optional<Rollback> newFailure(TargetStatus before, TargetStatus after) {
        Rollback earlier = before.lastRollback();
        return Optional.ofNullable(after.lastRollback())
                .filter(rollback -> earlier == null || !earlier.time().equals(rollback.time()))
                .filter(rollback -> rollback.blame() == Blame.MODEL);
    }

    /** Whether a failure stands: it is being taken away, or nobody asked for another try. */
    private static boolean rests(RuntimeUpgrade known, TargetStatus after, boolean inProgress, String image) {
        return known.state() == UpgradeState.FAILED
                && state(after, image).isPresent()
                && (inProgress || Objects.equals(known.retry(), after.retry()));
    }

    private static @Nullable RuntimeUpgrade sameImage(@Nullable RuntimeUpgrade known, String image) {
        return known != null && known.image().equals(image) ? known : null;
    }
}
