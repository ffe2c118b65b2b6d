package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.rollout.UpgradeState;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.planner.Times;
import dev.edgeai.planner.version.RuntimeUpgrades;
import dev.edgeai.planner.version.RuntimeUpgrades.Member;
import dev.edgeai.planner.version.RuntimeUpgrades.Turn;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whose turn it is among all targets that could serve with the operator's runtime image. What goes on stands in the
 * models' status; what was granted or asked for a moment ago is remembered here, as the cache does not have it yet.
 */
public final class UpgradeTurns {
    /** One that waits asks again within this time; a grant has come into the cache by then. */
    private static final Duration REMEMBERED = Duration.ofSeconds(30);

    private final String image;
    private final int limit;

    /** When each was granted its last turn. */
    private final Map<String, Instant> granted = new HashMap<>();

    private final Map<String, Instant> asked = new HashMap<>();
    private Supplier<List<EdgeModel>> fleet = List::of;

    public UpgradeTurns(String image, int limit) {
        this.image = image;
        this.limit = limit;
    }

    /** All models, as the cache has them. */
    public synchronized void over(Supplier<List<EdgeModel>> models) {
        fleet = models;
    }

    /** Whether this target's upgrade begins. */
    synchronized Turn turn(TargetRef target, TargetStatus status, Instant now) {
        forget(now);
        String me = name(target.namespace(), target.model(), target.target());
        Optional<Instant> tried = Optional.ofNullable(status.upgrade()).flatMap(upgrade -> Times.read(upgrade.tried()));
        Turn turn =
                RuntimeUpgrades.turn(behind(new Member(me, UpgradeState.WAITING, tried), now), others(me, now), limit);
        switch (turn) {
            case Turn.Begin _ -> {
                if (!isGranted(me, now)) {
                    granted.put(me, now);
                }
                asked.remove(me);
            }
            case Turn.Wait _ -> asked.put(me, now);
        }
        return turn;
    }

    private void forget(Instant now) {
        granted.values().removeIf(now.minus(RuntimeUpgrades.LONGEST_TURN)::isAfter);
        asked.values().removeIf(now.minus(REMEMBERED)::isAfter);
    }

    private boolean isGranted(String name, Instant now) {
        Instant time = granted.get(name);
        return time != null && !time.isBefore(now.minus(REMEMBERED));
    }

    /** One that was granted its turn and did not begin, as what it writes is refused, say, stands behind the others. */
    private Member behind(Member member, Instant now) {
        Instant time = granted.get(member.name());
        return time == null || isGranted(member.name(), now)
                ? member
                : new Member(member.name(), member.state(), Optional.of(time));
    }

    private List<Member> others(String me, Instant now) {
        List<Member> members = new ArrayList<>();
        for (EdgeModel model : fleet.get()) {
            List<TargetStatus> targets = model.getStatus() == null || model.isMarkedForDeletion()
                    ? List.of()
                    : model.getStatus().targets();
            for (TargetStatus status : targets) {
                String name = name(
                        model.getMetadata().getNamespace(), model.getMetadata().getName(), status.name());
                if (!name.equals(me)) {
                    member(name, status, now).ifPresent(members::add);
                }
            }
        }
        return members;
    }

    private Optional<Member> member(String name, TargetStatus status, Instant now) {
        return RuntimeUpgrades.member(name, status, image, now)
                .map(member -> member.state() == UpgradeState.WAITING && isGranted(name, now)
                        ? new Member(name, UpgradeState.ROLLING, member.tried())
                        : behind(member, now))
                // One that cannot begin does not ask, and keeps nobody waiting
                .filter(member -> member.state() != UpgradeState.WAITING || asked.containsKey(name));
    }

    private static String name(String namespace, String model, String target) {
        return namespace + "/" + model + "/" + target;
    }
}
