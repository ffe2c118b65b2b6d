package dev.edgeai.planner.analysis;

import dev.edgeai.planner.scrape.Window;

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

    /** Share of requests that users did not get answered: failed, or turned away. */
    static LiveValue errorRate(Window window) {
        return share(window.errors() + window.refused(), window.requests());
    }

    /** Share of the requests taken that the version failed itself. */
    static LiveValue ownErrorRate(Window window) {
        return share(window.errors(), window.ok() + window.errors());
    }

    /** Share of requests turned away. */
    static LiveValue refusedShare(Window window) {
        return share(window.refused(), window.requests());
    }

    private static LiveValue share(double hits, double n) {
        return new LiveValue(
                n == 0 ? 0 : hits / n, Wilson.lower(hits, n, Wilson.Z_95), Wilson.upper(hits, n, Wilson.Z_95));
    }

    /** Whether this is more than that many times the other, chance ruled out. */
    boolean surelyAbove(double times, LiveValue other) {
        return lower > times * other.upper;
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
