package dev.edgeai.planner.rollout;

import java.time.Duration;
import java.time.Instant;

/** How many ready pods of a version a drain has to leave. */
public final class EvictionRule {
    /** A pod in the place of one on a cordoned node that finds no place this long holds the drain no more. */
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private EvictionRule() {}

    /**
     * As many as are wanted: for pods on a cordoned node others come up first, and then these may go. Where the others
     * cannot come up, one at a time may go all the same: a drain is not held for ever.
     *
     * @param asked pods that its Deployment asks for by now, those that come up for leaving ones among them; what it asked
     *     for when the node was cordoned has none of these yet
     */
    public static int podsToKeep(RevisionState state, int asked, Instant now) {
        int wanted = Math.max(0, asked - state.leaving());
        boolean noPlace = state.leaving() > 0
                && state.disturbance()
                        .filter(d -> d.since().plus(PATIENCE).isBefore(now))
                        .isPresent();
        return noPlace ? Math.max(0, wanted - 1) : wanted;
    }
}
