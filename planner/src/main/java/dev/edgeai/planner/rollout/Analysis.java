package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.AnalysisMetric;
import dev.edgeai.api.v1alpha1.Decimal;
import dev.edgeai.api.v1alpha1.Verdict;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Verdicts of live metrics. A threshold fails when the whole 95 % interval lies beyond it, passes when the value itself
 * keeps it, and is Inconclusive in between: then the window grows and the next measurement knows more. A ratio to stable
 * sets the watched version's lower end against stable's upper end. Under {@value #MIN_REQUESTS} requests nothing is
 * said. See docs/decisions/live-analysis.md.
 */
public final class Analysis {
    /** Requests a window must hold before it says anything. */
    public static final int MIN_REQUESTS = 20;

    /** Errors a burst needs at least, so that one unlucky request is none. */
    public static final int MIN_BURST_ERRORS = 5;

    /** Error share that a burst must exceed when no error-rate metric gives one. */
    public static final double DEFAULT_BURST_SHARE = 0.05;

    private static final String ERROR_RATE = "error-rate";

    /**
     * One measurement.
     *
     * @param metric with its thresholds
     * @param live windows of both versions
     * @param queries readings of metrics with a query of their own
     * @param remembered stable's last value, used when stable has no traffic any more (during the bake)
     */
    static MetricVerdict measure(
            AnalysisMetric metric, LiveMetrics live, Map<String, MetricReading> queries, OptionalDouble remembered) {
        if (metric.prometheus() != null) {
            return query(metric, queries.get(metric.name()));
        }
        if (live.silent().isPresent()) {
            return MetricVerdict.unreadable(metric.name() + ": " + live.silent().get());
        }
        if (live.watched().isEmpty()) {
            return MetricVerdict.tooLittle(metric.name() + ": waits for two scrapes an interval apart");
        }
        Window watched = live.watched().get();
        if (samples(metric, watched) < MIN_REQUESTS) {
            return MetricVerdict.tooLittle("%s: %.0f requests in %d s are fewer than the %d a verdict needs"
                    .formatted(
                            metric.name(), watched.requests(), watched.length().toSeconds(), MIN_REQUESTS));
        }
        Optional<LiveValue> stable = live.reference()
                .filter(w -> samples(metric, w) >= MIN_REQUESTS)
                .map(w -> value(metric, w))
                .or(() -> remembered.isPresent()
                        ? Optional.of(LiveValue.exact(remembered.getAsDouble()))
                        : Optional.empty());
        return judge(metric, value(metric, watched), stable);
    }

    /**
     * Whether errors come in such a burst that no interval need be waited for: at least {@value #MIN_BURST_ERRORS}, and
     * a share whose 99.9 % lower end is above the error-rate metric's {@code max}.
     */
    static Optional<String> burst(List<AnalysisMetric> metrics, LiveMetrics live) {
        double max = metrics.stream()
                .filter(m -> m.name().equals(ERROR_RATE) && m.prometheus() == null && m.max() != null)
                .map(AnalysisMetric::max)
                .mapToDouble(d -> d == null ? DEFAULT_BURST_SHARE : d.asDouble())
                .min()
                .orElse(DEFAULT_BURST_SHARE);
        return live.watched()
                .filter(w -> w.errors() >= MIN_BURST_ERRORS)
                .filter(w -> Wilson.lower(w.errors(), w.requests(), Wilson.Z_999) > max)
                .map(w -> String.format(
                        Locale.ROOT,
                        "error-rate: %.0f of %.0f requests failed in %d s, far above %s",
                        w.errors(),
                        w.requests(),
                        w.length().toSeconds(),
                        Decimal.of(max)));
    }

    private static MetricVerdict query(AnalysisMetric metric, @Nullable MetricReading reading) {
        return switch (reading) {
            case null -> MetricVerdict.unreadable(metric.name() + ": the query was not made");
            case MetricReading.Unreadable u -> MetricVerdict.unreadable(metric.name() + ": " + u.message());
            case MetricReading.Value v
            when !Double.isFinite(v.value()) ->
                MetricVerdict.unreadable(metric.name() + ": the query yielded " + v.value() + " instead of a number");
            case MetricReading.Value v -> judge(metric, LiveValue.exact(v.value()), Optional.empty());
        };
    }

    private static double samples(AnalysisMetric metric, Window window) {
        return metric.name().equals(ERROR_RATE)
                ? window.requests()
                : window.latency().count();
    }

    private static LiveValue value(AnalysisMetric metric, Window window) {
        return switch (metric.name()) {
            case ERROR_RATE -> LiveValue.errorRate(window);
            case "latency-p50" -> LiveValue.latency(window, 0.50);
            case "latency-p95" -> LiveValue.latency(window, 0.95);
            case "latency-p99" -> LiveValue.latency(window, 0.99);
            default ->
                throw new IllegalArgumentException(
                        "'" + metric.name() + "' is no built-in metric and has no query; admission lets none through");
        };
    }

    private static MetricVerdict judge(AnalysisMetric metric, LiveValue value, Optional<LiveValue> stable) {
        List<Verdict> verdicts = new ArrayList<>();
        List<String> against = new ArrayList<>();
        if (metric.max() != null) {
            double max = metric.max().asDouble();
            verdicts.add(verdict(value.value() <= max, value.lower() > max));
            against.add("max " + metric.max());
        }
        if (metric.min() != null) {
            double min = metric.min().asDouble();
            verdicts.add(verdict(value.value() >= min, value.upper() < min));
            against.add("min " + metric.min());
        }
        if (metric.maxRatioToStable() != null) {
            double ratio = metric.maxRatioToStable().asDouble();
            verdicts.add(stable.map(s -> verdict(value.value() <= ratio * s.value(), value.lower() > ratio * s.upper()))
                    .orElse(Verdict.INCONCLUSIVE));
            against.add(stable.map(s -> "max %sx stable's %s".formatted(ratio, Decimal.of(s.value())))
                    .orElse("stable, which had too few requests to compare with"));
        }
        Verdict worst = verdicts.contains(Verdict.FAIL)
                ? Verdict.FAIL
                : verdicts.contains(Verdict.INCONCLUSIVE) ? Verdict.INCONCLUSIVE : Verdict.PASS;
        String message =
                "%s: %s against %s".formatted(metric.name(), Decimal.of(value.value()), String.join(", ", against));
        return new MetricVerdict(
                worst,
                true,
                OptionalDouble.of(value.value()),
                stable.map(s -> OptionalDouble.of(s.value())).orElse(OptionalDouble.empty()),
                message);
    }

    private static Verdict verdict(boolean keeps, boolean breaksForSure) {
        return keeps ? Verdict.PASS : breaksForSure ? Verdict.FAIL : Verdict.INCONCLUSIVE;
    }

    private Analysis() {}
}
