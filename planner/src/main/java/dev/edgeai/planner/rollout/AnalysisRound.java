package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.AnalysisMetric;
import dev.edgeai.api.v1alpha1.Decimal;
import dev.edgeai.api.v1alpha1.TargetStatus.AnalysisResult;
import dev.edgeai.api.v1alpha1.Verdict;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
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
record AnalysisRound(List<AnalysisResult> results, Optional<String> failed, Optional<String> unavailable) {
    /** Measures every metric. */
    static AnalysisRound of(
            List<AnalysisMetric> metrics, List<AnalysisResult> before, RolloutObservation seen, Instant now) {
        List<AnalysisResult> results = new ArrayList<>();
        Optional<String> failed = Optional.empty();
        Optional<String> unavailable = Optional.empty();
        for (AnalysisMetric metric : metrics) {
            AnalysisResult last = before.stream()
                    .filter(r -> r.metric().equals(metric.name()))
                    .findFirst()
                    .orElse(new AnalysisResult(
                            metric.name(), Verdict.INCONCLUSIVE, null, null, 0, 0, 0, 0, null, null));
            MetricVerdict verdict = Analysis.measure(metric, seen.live(), seen.queries(), optional(last.stableValue()));
            AnalysisResult next = count(last, verdict, now);
            results.add(next);
            if (next.failed() > metric.failureLimit()) {
                failed = failed.or(() -> Optional.of("%s (%d failed measurements, %d tolerated)"
                        .formatted(next.message(), next.failed(), metric.failureLimit())));
            }
            if (next.consecutiveErrors() > metric.consecutiveErrorLimit()) {
                unavailable = unavailable.or(() -> Optional.of(
                        "%s (unreadable %d times in a row)".formatted(next.message(), next.consecutiveErrors())));
            }
        }
        return new AnalysisRound(results, failed, unavailable);
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
        return new AnalysisResult(
                last.metric(),
                verdict.verdict(),
                decimal(verdict.value()),
                verdict.stableValue().isPresent() ? decimal(verdict.stableValue()) : last.stableValue(),
                last.passed() + (verdict.verdict() == Verdict.PASS ? 1 : 0),
                last.failed() + (verdict.verdict() == Verdict.FAIL ? 1 : 0),
                last.inconclusive() + (readable && verdict.verdict() == Verdict.INCONCLUSIVE ? 1 : 0),
                readable ? 0 : last.consecutiveErrors() + 1,
                now.toString(),
                verdict.message());
    }

    private static OptionalDouble optional(@Nullable Decimal decimal) {
        return decimal == null ? OptionalDouble.empty() : OptionalDouble.of(decimal.asDouble());
    }

    private static @Nullable Decimal decimal(OptionalDouble value) {
        return value.isPresent() ? Decimal.of(value.getAsDouble()) : null;
    }
}
