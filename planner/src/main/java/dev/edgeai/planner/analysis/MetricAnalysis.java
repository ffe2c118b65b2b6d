package dev.edgeai.planner.analysis;

import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Verdict;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * Verdicts of live metrics. A threshold fails when the whole 95 % interval lies beyond it, passes when the value itself
 * keeps it, and is Inconclusive in between: then the window grows and the next measurement knows more. A ratio to stable
 * sets the watched version's lower end against stable's upper end. Under {@value #MIN_REQUESTS} requests nothing is
 * said. See docs/decisions/live-analysis.md.
 */
public final class MetricAnalysis {
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
     */
    public static MetricVerdict measure(AnalysisMetric metric, LiveMetrics live, Map<String, MetricReading> queries) {
        if (metric.prometheus() != null) {
            return query(metric, queries.get(metric.name()));
        }
        if (live.silent().isPresent()) {
            return MetricVerdict.unreadable(metric.name() + ": " + live.silent().get());
        }
        if (live.watched().isEmpty()) {
            return MetricVerdict.tooLittle(metric.name() + ": waits for two scrapes an interval apart");
        }
        return Evidence.of(live, window -> samples(metric, window), metric.maxRatioToStable() != null)
                .map(evidence -> judge(metric, evidence, live))
                .orElseGet(() -> MetricVerdict.tooLittle(tooLittle(metric, live)));
    }

    private static String tooLittle(AnalysisMetric metric, LiveMetrics live) {
        Window users = live.watched().orElseThrow();
        return "%s: %.0f requests%s in %d s are fewer than the %d a verdict needs%s"
                .formatted(
                        metric.name(),
                        users.requests(),
                        live.watchedProbes()
                                .filter(p -> p.requests() > 0)
                                .map(p -> " and %.0f probes".formatted(p.requests()))
                                .orElse(""),
                        users.length().toSeconds(),
                        MIN_REQUESTS,
                        lost(users));
    }

    /**
     * Whether errors come in such a burst that no interval need be waited for: at least {@value #MIN_BURST_ERRORS}, and
     * a share whose 99.9 % lower end is above the error-rate metric's {@code max}. Requests turned away count where
     * the other version turns fewer away.
     */
    public static Optional<MetricVerdict> burst(List<AnalysisMetric> metrics, LiveMetrics live) {
        double max = metrics.stream()
                .filter(m -> m.name().equals(ERROR_RATE) && m.prometheus() == null && m.max() != null)
                .map(AnalysisMetric::max)
                .mapToDouble(d -> d == null ? DEFAULT_BURST_SHARE : d.asDouble())
                .min()
                .orElse(DEFAULT_BURST_SHARE);
        return burst(live.watched(), live.reference(), max)
                .or(() -> burst(live.watchedProbes(), live.referenceProbes(), max));
    }

    private static Optional<MetricVerdict> burst(Optional<Window> watched, Optional<Window> reference, double max) {
        return watched.flatMap(w -> {
            Evidence evidence = new Evidence(w, reference, false, Optional.empty());
            double failed = w.errors() + (refusesMore(evidence) ? w.refused() : 0);
            if (failed < MIN_BURST_ERRORS || Wilson.lower(failed, w.requests(), Wilson.Z_999) <= max) {
                return Optional.empty();
            }
            String message = String.format(
                    Locale.ROOT,
                    "error-rate: %.0f of %.0f requests failed in %d s, far above %s",
                    failed,
                    w.requests(),
                    w.length().toSeconds(),
                    Decimal.of(max));
            return Optional.of(new MetricVerdict(
                    Verdict.FAIL,
                    blameForErrors(evidence, max),
                    true,
                    OptionalDouble.of(failed / w.requests()),
                    OptionalDouble.empty(),
                    message));
        });
    }

    private static MetricVerdict query(AnalysisMetric metric, @Nullable MetricReading reading) {
        return switch (reading) {
            case null -> MetricVerdict.unreadable(metric.name() + ": the query was not made");
            case MetricReading.Unreadable u -> MetricVerdict.unreadable(metric.name() + ": " + u.message());
            case MetricReading.Value v
            when !Double.isFinite(v.value()) ->
                MetricVerdict.unreadable(metric.name() + ": the query yielded " + v.value() + " instead of a number");
            case MetricReading.Value v -> {
                LiveValue value = LiveValue.exact(v.value());
                Judgement judgement = new Judgement(metric, value);
                // Whoever writes a query says what it means
                judgement.max(Blame.MODEL);
                judgement.min(Blame.MODEL);
                yield judgement.verdict(OptionalDouble.empty(), "");
            }
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

    private static MetricVerdict judge(AnalysisMetric metric, Evidence evidence, LiveMetrics live) {
        boolean errors = metric.name().equals(ERROR_RATE);
        Optional<LiveValue> reference = evidence.reference().map(w -> value(metric, w));
        // A node slows whatever runs on it; it does not make a model fail
        Blame compared = errors || live.onSameNodes() ? Blame.MODEL : Blame.UNKNOWN;
        Judgement judgement = new Judgement(metric, value(metric, evidence.watched()));
        Decimal max = metric.max();
        if (max != null) {
            judgement.max(
                    errors
                            ? blameForErrors(evidence, max.asDouble())
                            : blameForLatency(
                                    judgement.value, reference, max.asDouble(), evidence.compares(), compared));
        }
        judgement.min(Blame.UNKNOWN);
        judgement.ratio(reference, evidence, compared);
        return judgement.verdict(
                reference.map(r -> OptionalDouble.of(r.value())).orElse(OptionalDouble.empty()),
                (evidence.probes() ? " (by probes)" : "") + lost(evidence.watched()));
    }

    /**
     * Its own errors are the version's, unless the other one breaks the same threshold over the same window and is not
     * much better. Turning requests away is overload, unless the other one carries as much and turns fewer away.
     */
    private static Blame blameForErrors(Evidence evidence, double max) {
        LiveValue own = LiveValue.ownErrorRate(evidence.watched());
        Optional<LiveValue> others = evidence.reference().map(LiveValue::ownErrorRate);
        boolean ownFault = own.lower() > max
                && others.filter(o -> o.lower() > max && !own.surelyAbove(Evidence.LOAD_FACTOR, o))
                        .isEmpty();
        return ownFault || (own.lower() <= max && refusesMore(evidence)) ? Blame.MODEL : Blame.ENVIRONMENT;
    }

    private static boolean refusesMore(Evidence evidence) {
        return evidence.incomparable().isEmpty()
                && evidence.reference()
                        .filter(r ->
                                LiveValue.refusedShare(evidence.watched()).surelyAbove(1, LiveValue.refusedShare(r)))
                        .isPresent();
    }

    private static Blame blameForLatency(
            LiveValue value, Optional<LiveValue> reference, double max, boolean comparable, Blame compared) {
        if (reference.filter(r -> r.lower() > max).isPresent()) {
            return Blame.ENVIRONMENT;
        }
        return comparable && reference.filter(r -> value.surelyAbove(1, r)).isPresent() ? compared : Blame.UNKNOWN;
    }

    private static String lost(Window window) {
        return window.lost().isEmpty()
                ? ""
                : "; what %s answered last before ending is not known".formatted(String.join(", ", window.lost()));
    }

    /** The thresholds of one metric, one after the other. */
    private static final class Judgement {
        private final AnalysisMetric metric;
        private final LiveValue value;
        private final List<Verdict> verdicts = new ArrayList<>();
        private final List<Blame> blames = new ArrayList<>();
        private final List<String> against = new ArrayList<>();

        Judgement(AnalysisMetric metric, LiveValue value) {
            this.metric = metric;
            this.value = value;
        }

        void max(Blame blame) {
            if (metric.max() != null) {
                double max = metric.max().asDouble();
                add(value.value() <= max, value.lower() > max, blame, "max " + metric.max());
            }
        }

        void min(Blame blame) {
            if (metric.min() != null) {
                double min = metric.min().asDouble();
                add(value.value() >= min, value.upper() < min, blame, "min " + metric.min());
            }
        }

        void ratio(Optional<LiveValue> reference, Evidence evidence, Blame blame) {
            if (metric.maxRatioToStable() == null) {
                return;
            }
            double ratio = metric.maxRatioToStable().asDouble();
            boolean above = reference.filter(r -> value.surelyAbove(ratio, r)).isPresent();
            boolean slowAnyhow = above && evidence.carriesLess();
            if (reference.isEmpty() || evidence.incomparable().isPresent() && !slowAnyhow) {
                verdicts.add(Verdict.INCONCLUSIVE);
                against.add("stable, which " + evidence.incomparable().orElse("had too few requests to compare with"));
                return;
            }
            LiveValue stable = reference.get();
            add(
                    value.value() <= ratio * stable.value(),
                    above,
                    blame,
                    "max %sx stable's %s".formatted(ratio, Decimal.of(stable.value())));
        }

        private void add(boolean keeps, boolean breaksForSure, Blame blame, String what) {
            verdicts.add(keeps ? Verdict.PASS : breaksForSure ? Verdict.FAIL : Verdict.INCONCLUSIVE);
            if (!keeps && breaksForSure) {
                blames.add(blame);
            }
            against.add(what);
        }

        MetricVerdict verdict(OptionalDouble stableValue, String more) {
            Verdict worst = verdicts.contains(Verdict.FAIL)
                    ? Verdict.FAIL
                    : verdicts.contains(Verdict.INCONCLUSIVE) ? Verdict.INCONCLUSIVE : Verdict.PASS;
            Blame blame = Stream.of(Blame.MODEL, Blame.ENVIRONMENT)
                    .filter(blames::contains)
                    .findFirst()
                    .orElse(Blame.UNKNOWN);
            String message = "%s: %s against %s%s"
                    .formatted(metric.name(), Decimal.of(value.value()), String.join(", ", against), more);
            return new MetricVerdict(worst, blame, true, OptionalDouble.of(value.value()), stableValue, message);
        }
    }

    private MetricAnalysis() {}
}
