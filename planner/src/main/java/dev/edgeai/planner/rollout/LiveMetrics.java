package dev.edgeai.planner.rollout;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the pods' own metrics say of the version that is watched and of the one it is compared with.
 *
 * @param watched the candidate in a ramp, the new stable during the bake; absent when too few scrapes are known yet
 * @param reference the version it is compared with, over the same stretch of time; absent when there is none
 * @param silent which pod could not be scraped, and why; absent when all answered
 */
public record LiveMetrics(Optional<Window> watched, Optional<Window> reference, Optional<String> silent) {
    public static final LiveMetrics NONE = new LiveMetrics(Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * Differences the scrapes of both versions over one window: the shortest one of at least the interval that holds
     * {@link Analysis#MIN_REQUESTS} of the watched version.
     *
     * @param notBefore {@code since} of the target's status: numbers of an earlier step count no more
     */
    public static LiveMetrics of(
            ScrapeHistory watched,
            Optional<ScrapeHistory> reference,
            Instant notBefore,
            Duration interval,
            Optional<String> silent) {
        Optional<Instant> start = watched.windowStart(notBefore, interval, Analysis.MIN_REQUESTS);
        if (start.isEmpty()) {
            return new LiveMetrics(Optional.empty(), Optional.empty(), silent);
        }
        Instant end = watched.scrapes().getLast().time();
        return new LiveMetrics(
                Optional.of(watched.between(start.get(), end)),
                reference.map(r -> r.between(start.get(), end)),
                silent);
    }
}
