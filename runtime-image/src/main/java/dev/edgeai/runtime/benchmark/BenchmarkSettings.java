package dev.edgeai.runtime.benchmark;

import java.time.Duration;

/**
 * How long to measure.
 *
 * @param pairs inferences to time of each model
 * @param minPairs with fewer the timing may take three times the cap
 * @param rounds loads of each model
 * @param warmUp inferences of which the median must be steady before the timing begins
 * @param alone inferences of each model that are timed alone at the end of each round, for its steadiness
 * @param timeCap when the timing ends even with fewer pairs; at least a quarter of it is used even with more
 * @param maxCpuWait share of the wanted CPU time that is waited for in a busy round, which is repeated; 0 to 1
 * @param seed of the order
 */
public record BenchmarkSettings(
        int pairs, int minPairs, int rounds, int warmUp, int alone, Duration timeCap, double maxCpuWait, long seed) {
    public static final int MIN_PAIRS = 200;
    public static final int DEFAULT_PAIRS = 1_000;
    public static final Duration DEFAULT_TIME_CAP = Duration.ofSeconds(20);

    /** As many of each order of loading. */
    public static final int DEFAULT_ROUNDS = 12;

    /** Time caps that may be spent beyond the first on waiting for a quiet node. */
    private static final int PATIENCE = 3;

    public BenchmarkSettings {
        if (rounds < 2) {
            throw new IllegalArgumentException("a speed-up needs at least 2 rounds, not " + rounds);
        }
        if (timeCap.isNegative() || timeCap.isZero()) {
            throw new IllegalArgumentException("the time cap must be above 0, not " + timeCap);
        }
    }

    /** For single inferences. With few pairs the warm-up and the stretch alone are short too. */
    public static BenchmarkSettings ofInferences(
            int pairs, int rounds, Duration timeCap, double maxCpuWait, long seed) {
        return new BenchmarkSettings(
                pairs,
                Math.min(MIN_PAIRS, pairs / 2),
                rounds,
                Math.min(10, pairs / 20),
                Math.min(20, pairs / 25),
                timeCap,
                maxCpuWait,
                seed);
    }

    /** For requests to a language model, each of many inferences. */
    public static BenchmarkSettings ofRequests(int pairs, int rounds, Duration timeCap, double maxCpuWait, long seed) {
        return new BenchmarkSettings(pairs, pairs, rounds, 1, 4, timeCap, maxCpuWait, seed);
    }

    /** Even the fastest models are watched this long, so that one short disturbance is not the whole measurement. */
    Duration leastTime() {
        return timeCap.dividedBy(4);
    }

    /** How long a measurement waits for a quiet node in all, the rounds that it repeats included. */
    Duration patience() {
        return timeCap.multipliedBy(PATIENCE);
    }
}
