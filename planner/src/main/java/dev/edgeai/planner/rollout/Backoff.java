package dev.edgeai.planner.rollout;

import java.time.Duration;

/** Time until a version that was taken back for no fault of its own is tried again. */
final class Backoff {
    static final Duration FIRST = Duration.ofSeconds(30);
    static final Duration LONGEST = Duration.ofMinutes(30);

    /** Doublings after which the longest pause is reached in any case. */
    private static final int MOST_DOUBLINGS = 6;

    private Backoff() {}

    /** @param attempts tries so far, from 1 */
    static Duration after(int attempts) {
        Duration pause = FIRST.multipliedBy(1L << Math.clamp(attempts - 1L, 0, MOST_DOUBLINGS));
        return pause.compareTo(LONGEST) < 0 ? pause : LONGEST;
    }
}
