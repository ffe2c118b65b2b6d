package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus.AnalysisResult;
import dev.edgeai.api.v1alpha1.TargetStatusAnalysisResultBuilder;
import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.analysis.MetricAnalysis;
import dev.edgeai.planner.analysis.MetricVerdict;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * All metrics measured once, added to what was counted so far.
 *
 * @param results one for each metric
 * @param failed which metric failed more often than its {@code failureLimit} allows
 * @param unavailable which metric could not be read more often in a row than its {@code consecutiveErrorLimit} allows
 */
record AnalysisRound(List<AnalysisResult> results, Optional<Failed> failed, Optional<String> unavailable) {
    /**
     * A metric that failed too often.
     *
     * @param message says which, and how often
     * @param blame whose fault the last measurement showed it to be
     */
    record Failed(String message, Blame blame) {}

    /** Measures every metric. */
    static AnalysisRound of(
            List<AnalysisMetric> metrics, List<AnalysisResult> before, RolloutObservation seen, Instant now) {
        List<AnalysisResult> results = new ArrayList<>();
        List<Failed> failed = new ArrayList<>();
        Optional<String> unavailable = Optional.empty();
        for (AnalysisMetric metric : metrics) {
            AnalysisResult last = before.stream()
                    .filter(r -> r.metric().equals(metric.name()))
                    .findFirst()
                    .orElse(TargetStatusAnalysisResultBuilder.builder()
                            .metric(metric.name())
                            .verdict(Verdict.INCONCLUSIVE)
                            .passed(0)
                            .failed(0)
                            .inconclusive(0)
                            .consecutiveErrors(0)
                            .build());
            MetricVerdict verdict = MetricAnalysis.measure(metric, seen.live(), seen.queries());
            AnalysisResult next = count(last, verdict, now);
            results.add(next);
            if (next.failed() > metric.failureLimit()) {
                failed.add(new Failed(
                        "%s (%d failed measurements, %d tolerated)"
                                .formatted(next.message(), next.failed(), metric.failureLimit()),
                        blame(verdict)));
            }
            if (next.consecutiveErrors() > metric.consecutiveErrorLimit()) {
                unavailable = unavailable.or(() -> Optional.of(
                        "%s (unreadable %d times in a row)".formatted(next.message(), next.consecutiveErrors())));
            }
        }
        return new AnalysisRound(results, failed.stream().min(Comparator.comparing(Failed::blame)), unavailable);
    }

    /** Whether the last measurement of every metric passed and was made no earlier than {@code since}. */
    static boolean allPass(List<AnalysisMetric> metrics, List<AnalysisResult> results, Instant since) {
        return metrics.stream()
                .allMatch(m -> results.stream()
                        .anyMatch(r -> r.metric().equals(m.name())
                                && r.verdict() == Verdict.PASS
                                && r.time() != null
                                && !Instant.parse(r.time()).isBefore(since)));
    }

    private static AnalysisResult count(AnalysisResult last, MetricVerdict verdict, Instant now) {
        boolean readable = verdict.readable();
        return TargetStatusAnalysisResultBuilder.builder()
                .metric(last.metric())
                .verdict(verdict.verdict())
                .value(decimal(verdict.value()))
                .stableValue(decimal(verdict.stableValue()))
                .passed(last.passed() + (verdict.verdict() == Verdict.PASS ? 1 : 0))
                .failed(last.failed() + (verdict.verdict() == Verdict.FAIL ? 1 : 0))
                .inconclusive(last.inconclusive() + (readable && verdict.verdict() == Verdict.INCONCLUSIVE ? 1 : 0))
                .consecutiveErrors(readable ? 0 : last.consecutiveErrors() + 1)
                .evidence(
                        verdict.evidence().isPresent()
                                ? Decimal.of(
                                        MetricAnalysis.round(verdict.evidence().getAsDouble()))
                                : last.evidence())
                .conclusive(verdict.conclusive())
                .time(now.toString())
                .message(verdict.message())
                .build();
    }

    /** A failure counted earlier whose fault is not shown again is nobody's. */
    private static Blame blame(MetricVerdict last) {
        return last.verdict() == Verdict.FAIL ? last.blame() : Blame.UNKNOWN;
    }

    private static @Nullable Decimal decimal(OptionalDouble value) {
        return value.isPresent() ? Decimal.of(value.getAsDouble()) : null;
    }
}
