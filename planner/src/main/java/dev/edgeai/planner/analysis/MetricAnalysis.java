package dev.edgeai.planner.analysis;

import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.scrape.Window;
import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * Verdicts of live metrics. A threshold fails when all requests of the rollout together prove that it is broken
 * ({@link LiveEvidence}: looked at however often, chance takes back no more good versions than the policy says), passes
 * when the value of the newest window keeps it, and is Inconclusive in between: then the next measurement knows more.
 * Nothing passes on under {@value #MIN_REQUESTS} requests. See docs/decisions/live-analysis.md.
 */
public final class MetricAnalysis {
    /** Requests a window must hold before it says anything. */
    public static final int MIN_REQUESTS = 20;

    private static final double MOST_EVIDENCE = 1e6;
    private static final double WORTH_A_WORD = 2;

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
        Optional<Limit> broken = broken(metric, live);
        if (broken.isEmpty() && live.silent().isPresent()) {
            return MetricVerdict.unreadable(metric.name() + ": " + live.silent().get());
        }
        if (broken.isEmpty() && live.watched().isEmpty()) {
            return MetricVerdict.tooLittle(metric.name() + ": waits for two scrapes an interval apart");
        }
        return Evidence.of(live, window -> samples(metric, window), metric.maxRatioToStable() != null)
                .or(() -> broken.flatMap(
                        b -> Evidence.ofAll(live, live.evidence().isByProbes(b), w -> samples(metric, w))))
                .map(evidence -> judge(metric, evidence, live))
                .orElseGet(() -> MetricVerdict.tooLittle(tooLittle(metric, live)));
    }

    /** A limit of a built-in metric that is broken, chance ruled out. */
    private static Optional<Limit> broken(AnalysisMetric metric, LiveMetrics live) {
        return metric.prometheus() == null
                ? Limit.of(List.of(metric)).stream()
                        .filter(limit -> limit.kind() != Limit.Kind.BURST)
                        .filter(limit -> live.evidence().isBroken(limit))
                        .findFirst()
                : Optional.empty();
    }

    private static String tooLittle(AnalysisMetric metric, LiveMetrics live) {
        Window users = live.watched().orElse(Window.NONE);
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
     * Whether errors come in such a burst that nothing need be waited for, whatever is tolerated: errors beyond the
     * error-rate metric's {@code max} (else {@value Limit#DEFAULT_BURST_SHARE}) with ten times the evidence that a
     * failure needs. Requests turned away count where the other version turns fewer away.
     */
    public static Optional<MetricVerdict> burst(LiveMetrics live) {
        Limit burst = live.evidence().burst();
        if (!live.evidence().isBroken(burst)) {
            return Optional.empty();
        }
        double max = burst.value();
        return Evidence.of(live, Window::requests, false)
                .filter(now -> LiveValue.errorRate(now.watched()).lower() > max)
                .or(() -> Evidence.ofAll(live, live.evidence().isByProbes(burst), Window::requests))
                .map(evidence -> {
                    Window all = evidence.watched();
                    double failed = all.errors() + (evidence.refusesMore() ? all.refused() : 0);
                    String message = String.format(
                            Locale.ROOT,
                            "error-rate: %.0f of %.0f requests failed, far above %s",
                            failed,
                            all.requests(),
                            Decimal.of(max));
                    return new MetricVerdict(
                            Verdict.FAIL,
                            blameForErrors(evidence, max),
                            true,
                            OptionalDouble.of(failed / all.requests()),
                            OptionalDouble.empty(),
                            OptionalDouble.empty(),
                            true,
                            message);
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
                Judgement judgement = new Judgement(metric, value, Optional.empty());
                // Whoever writes a query says what it means
                judgement.max(Blame.MODEL);
                judgement.min(Blame.MODEL);
                yield judgement.verdict(OptionalDouble.empty(), "");
            }
        };
    }

    private static double samples(AnalysisMetric metric, Window window) {
        return metric.name().equals(Limit.ERROR_RATE)
                ? window.requests()
                : window.latency().count();
    }

    private static LiveValue value(AnalysisMetric metric, Window window) {
        return switch (metric.name()) {
            case Limit.ERROR_RATE -> LiveValue.errorRate(window);
            case "latency-p50" -> LiveValue.latency(window, 0.50);
            case "latency-p95" -> LiveValue.latency(window, 0.95);
            case "latency-p99" -> LiveValue.latency(window, 0.99);
            default ->
                throw new IllegalArgumentException(
                        "'" + metric.name() + "' is no built-in metric and has no query; admission lets none through");
        };
    }

    private static MetricVerdict judge(AnalysisMetric metric, Evidence evidence, LiveMetrics live) {
        boolean errors = metric.name().equals(Limit.ERROR_RATE);
        Optional<LiveValue> reference = evidence.reference().map(w -> value(metric, w));
        // A node slows whatever runs on it; it does not make a model fail
        Blame compared = errors || live.onSameNodes() ? Blame.MODEL : Blame.UNKNOWN;
        Judgement judgement = new Judgement(metric, value(metric, evidence.watched()), Optional.of(live.evidence()));
        Decimal max = metric.max();
        if (max != null) {
            Evidence proof = proof(metric, max, evidence, live);
            judgement.max(
                    errors ? blameForErrors(proof, max.asDouble()) : blameForLatency(metric, proof, max, compared));
        }
        judgement.min(Blame.UNKNOWN);
        judgement.ratio(reference, evidence, compared);
        return judgement.verdict(
                reference.map(r -> OptionalDouble.of(r.value())).orElse(OptionalDouble.empty()),
                (evidence.probes() ? " (by probes)" : "") + lost(evidence.watched()));
    }

    /** Where it is seen whose fault it is: the newest window if it shows the failure itself, else all requests. */
    private static Evidence proof(AnalysisMetric metric, Decimal max, Evidence now, LiveMetrics live) {
        boolean shows = value(metric, now.watched()).lower() > max.asDouble();
        return shows
                ? now
                : Limit.of(metric, Limit.Kind.MAX)
                        .flatMap(limit ->
                                Evidence.ofAll(live, live.evidence().isByProbes(limit), w -> samples(metric, w)))
                        .orElse(now);
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
        return ownFault || (own.lower() <= max && evidence.refusesMore()) ? Blame.MODEL : Blame.ENVIRONMENT;
    }

    private static Blame blameForLatency(AnalysisMetric metric, Evidence evidence, Decimal max, Blame compared) {
        LiveValue value = value(metric, evidence.watched());
        Optional<LiveValue> reference = evidence.reference().map(w -> value(metric, w));
        if (reference.filter(r -> r.lower() > max.asDouble()).isPresent()) {
            return Blame.ENVIRONMENT;
        }
        boolean slower = reference.filter(r -> value.surelyAbove(1, r)).isPresent();
        return evidence.compares() && slower ? compared : Blame.UNKNOWN;
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
        private final Optional<LiveEvidence> evidence;
        private final List<Verdict> verdicts = new ArrayList<>();
        private final List<Blame> blames = new ArrayList<>();
        private final List<String> against = new ArrayList<>();

        /**
         * @param evidence absent of a number that comes alone: then the number itself decides
         */
        Judgement(AnalysisMetric metric, LiveValue value, Optional<LiveEvidence> evidence) {
            this.metric = metric;
            this.value = value;
            this.evidence = evidence;
        }

        void max(Blame blame) {
            if (metric.max() != null) {
                add(value.value() <= metric.max().asDouble(), Limit.Kind.MAX, blame, "max " + metric.max());
            }
        }

        void min(Blame blame) {
            if (metric.min() != null) {
                add(value.value() >= metric.min().asDouble(), Limit.Kind.MIN, blame, "min " + metric.min());
            }
        }

        void ratio(Optional<LiveValue> reference, Evidence windows, Blame blame) {
            if (metric.maxRatioToStable() == null) {
                return;
            }
            Limit.Kind kind = Limit.Kind.RATIO_TO_STABLE;
            boolean broken = isBroken(kind);
            if (broken && reference.isEmpty()) {
                add(false, kind, blame, "max %sx stable's".formatted(metric.maxRatioToStable()));
                return;
            }
            if (!broken && (reference.isEmpty() || windows.incomparable().isPresent())) {
                verdicts.add(Verdict.INCONCLUSIVE);
                against.add("stable, which " + windows.incomparable().orElse("had too few requests to compare with"));
                return;
            }
            double ratio = metric.maxRatioToStable().asDouble();
            LiveValue stable = reference.get();
            add(
                    value.value() <= ratio * stable.value(),
                    kind,
                    blame,
                    "max %sx stable's %s".formatted(ratio, Decimal.of(stable.value())));
        }

        private boolean isBroken(Limit.Kind kind) {
            return Limit.of(metric, kind)
                    .filter(limit -> evidence.filter(e -> e.isBroken(limit)).isPresent())
                    .isPresent();
        }

        private void add(boolean keeps, Limit.Kind kind, Blame blame, String what) {
            // Where failures are tolerated each must be there to be seen, not only have been
            boolean overcome = keeps && metric.failureLimit() > 0;
            boolean broken = evidence.isPresent() ? isBroken(kind) && !overcome : !keeps;
            verdicts.add(broken ? Verdict.FAIL : keeps ? Verdict.PASS : Verdict.INCONCLUSIVE);
            if (broken) {
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
            String message = "%s: %s against %s%s%s"
                    .formatted(
                            metric.name(),
                            Decimal.of(value.value()),
                            String.join(", ", against),
                            evidence.map(e -> worst == Verdict.PASS ? "" : proof(e))
                                    .orElse(""),
                            more);
            boolean conclusive = worst == Verdict.FAIL
                    || worst == Verdict.PASS
                            && evidence.filter(e -> e.isKept(metric.name())).isPresent();
            return new MetricVerdict(
                    worst,
                    blame,
                    true,
                    OptionalDouble.of(value.value()),
                    stableValue,
                    evidence.map(e -> OptionalDouble.of(e.against(metric.name())))
                            .orElse(OptionalDouble.empty()),
                    conclusive,
                    message);
        }

        private String proof(LiveEvidence e) {
            if (e.against(metric.name()) < WORTH_A_WORD) {
                return "";
            }
            return "; evidence %s of %.0f".formatted(Decimal.of(round(e.against(metric.name()))), e.wanted());
        }
    }

    /** To three digits, and nothing beyond a million: it decides long before. */
    public static double round(double evidence) {
        double most = Math.min(evidence, MOST_EVIDENCE);
        return new BigDecimal(most, new MathContext(3)).doubleValue();
    }

    private MetricAnalysis() {}
}
