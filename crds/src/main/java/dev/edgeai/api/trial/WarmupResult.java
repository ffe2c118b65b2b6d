package dev.edgeai.api.trial;

import dev.edgeai.api.v1alpha1.Estimate;
import org.jspecify.annotations.Nullable;

/**
 * Termination message of the warm-up Job: what the preview Service answered.
 *
 * @param requests requests sent
 * @param failed requests that got no valid answer
 * @param quality task metric over the answered evaluation samples
 * @param latencyP95Micros 95th percentile seen by the client, microseconds
 * @param firstError the first failure in a sentence
 */
public record WarmupResult(
        int requests,
        int failed,
        @Nullable Estimate quality,
        long latencyP95Micros,
        @Nullable String firstError) {}
