package dev.edgeai.planner.rollout;

import java.util.OptionalDouble;

/**
 * A built-in metric over one window, with the ends of its 95 % interval.
 *
 * @param value a share of requests, or seconds
 */
record LiveValue(double value, double lower, double upper) {
    /** A number that comes without an interval. */
    static LiveValue exact(double value) {
        return new LiveValue(value, value, value);
    }

    /** Share of requests the model failed. */
    static LiveValue errorRate(Window window) {
        double n = window.requests();
        return new LiveValue(
                n == 0 ? 0 : window.errors() / n,
                Wilson.lower(window.errors(), n, Wilson.Z_95),
                Wilson.upper(window.errors(), n, Wilson.Z_95));
    }

    /**
     * A quantile of latency. Its interval is that of its rank: of n observations about {@code n q ± z sqrt(n q (1-q))}
     * lie below it, whatever the distribution.
     */
    static LiveValue latency(Window window, double q) {
        double n = window.latency().count();
        double spread = Wilson.Z_95 * Math.sqrt(q * (1 - q) / n);
        return new LiveValue(at(window, q), at(window, q - spread), at(window, q + spread));
    }

    private static double at(Window window, double q) {
        OptionalDouble value = window.latency().quantile(q);
        return value.orElseThrow(() -> new IllegalStateException("a quantile of no observations was asked for"));
    }
}
