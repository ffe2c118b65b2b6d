package dev.edgeai.api.trial;

import dev.edgeai.api.v1alpha1.value.Estimate;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Termination message of the warm-up Job: what the preview Service answered and, where a stable version serves, what that
 * one answered to the same samples at the same time.
 *
 * @param requests requests sent to the candidate
 * @param failed requests of these that got no valid answer
 * @param quality task metric over the answered evaluation samples
 * @param latencyP95Micros 95th percentile of the candidate seen by the client, microseconds
 * @param firstError the first failure in a sentence
 * @param candidate how its requests ended; absent from an image that does not tell
 * @param stable the same of the version that serves; absent when there was none to compare with
 * @param ratio median of the paired latencies, candidate over stable, with its 95 % interval and the number of pairs
 */
@RecordBuilder
public record WarmupResult(
        int requests,
        int failed,
        @Nullable Estimate quality,
        long latencyP95Micros,
        @Nullable String firstError,
        @Nullable Side candidate,
        @Nullable Side stable,
        @Nullable Estimate ratio) {

    /** What an image tells that knows neither sides nor pairs. */
    public WarmupResult(
            int requests, int failed, @Nullable Estimate quality, long latencyP95Micros, @Nullable String firstError) {
        this(requests, failed, quality, latencyP95Micros, firstError, null, null, null);
    }

    /**
     * How the requests to one version ended; each ends one way.
     *
     * @param requests requests sent
     * @param answered with a valid answer
     * @param modelErrors failed by the server that was meant: its own error, or an answer that is none
     * @param refused turned away by that server because it was full
     * @param timedOut connected, and not answered within the timeout
     * @param unreachable not answered by that server at all: refused or broken connection, an error of something on the
     *     way, an answer of another revision
     * @param p50 of the latency, microseconds, timed-out requests with the time they were waited for
     * @param p95 the same
     * @param firstModelError in a sentence
     * @param firstOther the first request that was refused, timed out or did not arrive, in a sentence
     */
    @RecordBuilder
    public record Side(
            int requests,
            int answered,
            int modelErrors,
            int refused,
            int timedOut,
            int unreachable,
            @Nullable Micros p50,
            @Nullable Micros p95,
            @Nullable String firstModelError,
            @Nullable String firstOther) {}

    /** A quantile of latency in microseconds with the ends of its 95 % interval. */
    public record Micros(long value, long lower, long upper) {}
}
