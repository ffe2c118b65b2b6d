package dev.edgeai.operator.rollout;

import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.planner.rollout.RevisionState;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When the operator first saw that no pod of a revision answers any more, by its own clock. Kept in memory: after a restart
 * it counts anew, which only makes a verdict later.
 */
final class Silences {
    private final Map<Key, Seen> seen = new ConcurrentHashMap<>();

    private record Key(TargetRef target, String revision) {}

    /**
     * @param since by the node's clock; another one is another silence
     * @param at by the operator's
     */
    private record Seen(Instant since, Instant at) {}

    Optional<Instant> seen(TargetRef target, String revision, RevisionState state, Instant now) {
        Key key = new Key(target, revision);
        if (state.silentSince().isEmpty()) {
            seen.remove(key);
            return Optional.empty();
        }
        Instant since = state.silentSince().get();
        return Optional.of(seen.compute(
                        key,
                        (k, before) -> before != null && before.since.equals(since) ? before : new Seen(since, now))
                .at);
    }
}
