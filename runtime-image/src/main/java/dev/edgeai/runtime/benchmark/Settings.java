package dev.edgeai.runtime.benchmark;

import java.time.Duration;

/**
 * How long to measure.
 *
 * @param pairs inferences to time of each model; raised to {@value #MIN_PAIRS} when lower
 * @param timeCap when the timing ends even with fewer (three times that while there are less than {@value #MIN_PAIRS});
 *     at least 3/20 of it is used even with more
 * @param seed of the order
 */
public record Settings(int pairs, Duration timeCap, long seed) {
    public static final int MIN_PAIRS = 200;
    public static final int DEFAULT_PAIRS = 1_000;
    public static final Duration DEFAULT_TIME_CAP = Duration.ofSeconds(20);

    public Settings {
        pairs = Math.max(MIN_PAIRS, pairs);
        if (timeCap.isNegative() || timeCap.isZero()) {
            throw new IllegalArgumentException("the time cap must be above 0, not " + timeCap);
        }
    }

    /** Even the fastest models are watched this long, so that one short disturbance is not the whole measurement. */
    Duration leastTime() {
        return timeCap.multipliedBy(3).dividedBy(20);
    }
}
