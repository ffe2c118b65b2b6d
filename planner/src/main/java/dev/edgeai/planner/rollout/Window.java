package dev.edgeai.planner.rollout;

import java.time.Duration;

/**
 * What a version answered in a stretch of time, over all its pods.
 *
 * @param length of the stretch
 * @param ok requests answered
 * @param errors requests that the model failed
 * @param latency of the inferences, seconds
 */
public record Window(Duration length, double ok, double errors, Histogram latency) {
    public double requests() {
        return ok + errors;
    }
}
