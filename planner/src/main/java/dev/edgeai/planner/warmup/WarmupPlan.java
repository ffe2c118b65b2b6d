package dev.edgeai.planner.warmup;

import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;

import java.time.Duration;
import java.util.Optional;

/** How a warm-up is sent, from what the certificates say of the latency. */
public sealed interface WarmupPlan {
    /** The certified latency is that of an otherwise idle node; a serving one may be this much slower. */
    int BUSY_FACTOR = 2;

    /** Of the way there and back, and of a connection for each request. */
    Duration WAY = Duration.ofMillis(5);

    /** Above this one sample at a time: others would wait in the server's queue, and that is no latency of the model. */
    Duration SLOW = Duration.ofMillis(250);

    int CONCURRENCY = 4;

    /** A request that takes this many times its certified 95th percentile is given up. */
    int TIMEOUT_FACTOR = 20;

    Duration SHORTEST_TIMEOUT = Duration.ofSeconds(10);

    /** Part of the progress deadline that sending may take; the Job's start and its dataset take the rest. */
    int PARTS = 2;

    /**
     * Send it so.
     *
     * @param requests samples
     * @param concurrency samples at once
     * @param timeout of one request
     * @param deadline of all of them
     */
    record Send(int requests, int concurrency, Duration timeout, Duration deadline) implements WarmupPlan {}

    /**
     * It cannot end in time.
     *
     * @param message says what to raise, and how far
     */
    record Impossible(String message) implements WarmupPlan {}

    /**
     * @param candidate the version to warm up
     * @param stable the one that gets the same samples, if one serves
     */
    static WarmupPlan of(RolloutPolicy policy, Version candidate, Optional<Version> stable) {
        return of(
                policy, certified(candidate), stable.map(WarmupPlan::certified).orElse(Duration.ZERO));
    }

    /**
     * @param candidate its certified 95th percentile; zero where none is known
     * @param stable the same of the version that gets the same samples; zero where there is none
     */
    static WarmupPlan of(RolloutPolicy policy, Duration candidate, Duration stable) {
        Duration progress = policy.progressDeadline().duration();
        Duration deadline = progress.dividedBy(PARTS);
        Duration sample = candidate.plus(stable).multipliedBy(BUSY_FACTOR).plus(WAY);
        long fits = deadline.dividedBy(sample);
        if (fits < WarmupVerdict.MIN_REQUESTS) {
            Duration needed = sample.multipliedBy((long) WarmupVerdict.MIN_REQUESTS * PARTS);
            return new Impossible(
                    ("the warm-up cannot end in time: %d samples of a certified %s%s take longer than half of the"
                                    + " progress deadline of %s; raise rollout.progressDeadline to at least %ds")
                            .formatted(
                                    WarmupVerdict.MIN_REQUESTS,
                                    text(candidate),
                                    stable.isZero() ? "" : " and " + text(stable) + " of stable",
                                    policy.progressDeadline(),
                                    needed.plusMillis(999).toSeconds()));
        }
        Duration slower = candidate.compareTo(stable) > 0 ? candidate : stable;
        Duration timeout = slower.multipliedBy(TIMEOUT_FACTOR);
        return new Send(
                (int) Math.min(policy.warmup().requests(), fits),
                slower.compareTo(SLOW) > 0 ? 1 : CONCURRENCY,
                longest(SHORTEST_TIMEOUT, shortest(timeout, deadline)),
                longest(Duration.ofSeconds(1), deadline));
    }

    private static Duration certified(Version version) {
        Long micros = version.latencyP95Micros();
        return micros == null ? Duration.ZERO : Duration.ofNanos(micros * 1_000);
    }

    private static String text(Duration latency) {
        return latency.toMillis() < 1_000 ? latency.toMillis() + " ms" : latency.toSeconds() + " s";
    }

    private static Duration longest(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Duration shortest(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
