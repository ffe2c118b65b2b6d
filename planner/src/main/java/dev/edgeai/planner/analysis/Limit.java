package dev.edgeai.planner.analysis;

import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.planner.analysis.OddsTest.Side;
import dev.edgeai.planner.scrape.Counts;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One threshold of one built-in metric.
 *
 * @param metric its name
 * @param value a share of requests, seconds, or a ratio
 */
record Limit(String metric, Kind kind, double value) {
    static final String ERROR_RATE = "error-rate";

    /** Error share that a burst must exceed when no error-rate metric gives one. */
    static final double DEFAULT_BURST_SHARE = 0.05;

    enum Kind {
        MAX,
        MIN,
        RATIO_TO_STABLE,
        /** Of errors that take a version back whatever is tolerated; of each rollout one. */
        BURST
    }

    /** All of a policy. Metrics with a query of their own have none here: their numbers come without the requests. */
    static List<Limit> of(List<AnalysisMetric> metrics) {
        List<Limit> limits = new ArrayList<>();
        for (AnalysisMetric metric : metrics) {
            if (metric.prometheus() == null) {
                add(limits, metric, Kind.MAX, metric.max());
                add(limits, metric, Kind.MIN, metric.min());
                add(limits, metric, Kind.RATIO_TO_STABLE, metric.maxRatioToStable());
            }
        }
        double burst = limits.stream()
                .filter(l -> l.metric.equals(ERROR_RATE) && l.kind == Kind.MAX)
                .mapToDouble(Limit::value)
                .filter(max -> max > 0) // of "no error at all" nothing is far above
                .min()
                .orElse(DEFAULT_BURST_SHARE);
        limits.add(new Limit(ERROR_RATE, Kind.BURST, burst));
        return limits;
    }

    private static void add(List<Limit> limits, AnalysisMetric metric, Kind kind, @Nullable Decimal value) {
        if (value != null) {
            limits.add(new Limit(metric.name(), kind, value.asDouble()));
        }
    }

    /** That threshold of a metric; absent when it has none. */
    static Optional<Limit> of(AnalysisMetric metric, Kind kind) {
        return of(List.of(metric)).stream().filter(l -> l.kind == kind).findFirst();
    }

    boolean isLatency() {
        return !metric.equals(ERROR_RATE);
    }

    boolean isRatio() {
        return kind == Kind.RATIO_TO_STABLE;
    }

    /** Of a latency's metric; admission lets no other names through. */
    double quantile() {
        return switch (metric) {
            case "latency-p50" -> 0.50;
            case "latency-p95" -> 0.95;
            case "latency-p99" -> 0.99;
            default ->
                throw new IllegalArgumentException(
                        "'" + metric + "' is no built-in metric and has no query; admission lets none through");
        };
    }

    /** Where the share of failed (or slow) requests lies when it is broken. */
    Side brokenOn() {
        return kind == Kind.MIN ? Side.BELOW : Side.ABOVE;
    }

    Side keptOn() {
        return kind == Kind.MIN ? Side.ABOVE : Side.BELOW;
    }

    /**
     * Requests that failed as this limit has it.
     *
     * @param refusesMore whether the version turns more requests away than the other: only then those are its own doing
     */
    double failed(Counts counts, boolean refusesMore) {
        return counts.errors() + (kind != Kind.BURST || refusesMore ? counts.refused() : 0);
    }
}
