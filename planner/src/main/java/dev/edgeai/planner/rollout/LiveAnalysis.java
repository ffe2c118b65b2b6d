package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus.AnalysisResult;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusAnalysisResultBuilder;
import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.analysis.MetricAnalysis;
import dev.edgeai.planner.analysis.MetricVerdict;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.version.Revision;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The analysis of the version that is watched, as part of a decision. */
final class LiveAnalysis {
    /** Beside the policy's metrics, one for each of the two versions. */
    private static final String READINESS = "readiness of ";

    private static final int READINESS_LOSSES = 2;

    private final RolloutContext ctx;
    private final TargetDraft draft;
    private final RolloutObservation seen;
    private final List<AnalysisMetric> metrics;

    LiveAnalysis(RolloutContext ctx) {
        this.ctx = ctx;
        this.draft = ctx.draft;
        this.seen = ctx.seen;
        this.metrics = ctx.policy.analysis().metrics();
    }

    /** Whether every metric passed in this step. */
    boolean passes() {
        return AnalysisRound.allPass(metrics, draft.next.analysis(), draft.since);
    }

    /** Measures when it is due; true when that took the version back. */
    boolean rolledBack(Version watched) {
        if (burst()) {
            return true;
        }
        if (metrics.isEmpty()) {
            return false;
        }
        ctx.probeIfQuiet(
                watched, draft.next.phase() == RolloutPhase.BAKING ? draft.next.previous() : draft.next.stable());
        Instant last = draft.next.analysis().stream()
                .map(AnalysisResult::time)
                .filter(Objects::nonNull)
                .map(Instant::parse)
                .filter(t -> t.isAfter(draft.since) && !t.isAfter(ctx.now))
                .max(Instant::compareTo)
                .orElse(draft.since);
        Duration delay =
                last.equals(draft.since) ? ctx.policy.analysis().initialDelay().duration() : Duration.ZERO;
        Instant due = last.plus(delay).plus(ctx.policy.analysis().interval().duration());
        if (ctx.now.isBefore(due) && !failsNow()) {
            ctx.again(Duration.between(ctx.now, due));
            return false;
        }
        ctx.again(ctx.policy.analysis().interval().duration());
        AnalysisRound round = AnalysisRound.of(metrics, draft.next.analysis(), seen, ctx.now);
        draft.next.analysis(Stream.concat(
                        round.results().stream(),
                        draft.next.analysis().stream().filter(r -> r.metric().startsWith(READINESS)))
                .toList());
        if (round.failed().isPresent()) {
            ctx.rollBack(
                    Reason.ANALYSIS_FAILED,
                    round.failed().get().message(),
                    round.failed().get().blame());
            return true;
        }
        if (draft.next.phase() == RolloutPhase.BAKING) {
            return false; // what cannot be told is no reason to go back
        }
        if (round.unavailable().isPresent()) {
            ctx.rollBack(
                    Reason.ANALYSIS_UNAVAILABLE,
                    round.unavailable().get() + "; " + Revision.named(watched) + " may not serve unwatched");
            return true;
        }
        Optional<String> undecided = inconclusive();
        undecided.ifPresent(u -> ctx.rollBack(Reason.ANALYSIS_INCONCLUSIVE, u));
        return undecided.isPresent();
    }

    /** Evidence needs no interval: where no failure is tolerated, one takes the version back as soon as it is seen. */
    private boolean failsNow() {
        return metrics.stream()
                .filter(m -> m.prometheus() == null && m.failureLimit() == 0)
                .anyMatch(m ->
                        MetricAnalysis.measure(m, seen.live(), seen.queries()).verdict() == Verdict.FAIL);
    }

    /** Whether every metric is shown to keep its limits in this step, chance ruled out. */
    boolean isConclusive() {
        return passes()
                && metrics.stream()
                        .allMatch(m -> draft.next.analysis().stream()
                                .anyMatch(r -> r.metric().equals(m.name()) && Boolean.TRUE.equals(r.conclusive())));
    }

    /** What the bake begins with: it counts anew, and the evidence goes on. */
    static List<AnalysisResult> carriedOn(List<AnalysisResult> results) {
        return results.stream()
                .filter(r -> r.evidence() != null)
                .map(r -> TargetStatusAnalysisResultBuilder.builder()
                        .metric(r.metric())
                        .verdict(Verdict.INCONCLUSIVE)
                        .passed(0)
                        .failed(0)
                        .inconclusive(0)
                        .consecutiveErrors(0)
                        .evidence(r.evidence())
                        .build())
                .toList();
    }

    /** Which metric said nothing more often than its {@code inconclusiveLimit} allows. */
    private Optional<String> inconclusive() {
        return metrics.stream()
                .filter(m -> m.inconclusiveLimit() != null)
                .flatMap(m -> draft.next.analysis().stream()
                        .filter(r -> r.metric().equals(m.name()) && r.inconclusive() > m.inconclusiveLimit())
                        .map(r -> "%s (inconclusive %d times, %d tolerated)"
                                .formatted(r.message(), r.inconclusive(), m.inconclusiveLimit())))
                .findFirst();
    }

    /** Looks for a burst of errors whether or not a measurement is due; true when that took the version back. */
    boolean burst() {
        Optional<MetricVerdict> burst = MetricAnalysis.burst(seen.live());
        burst.ifPresent(b -> ctx.rollBack(Reason.ERROR_BURST, b.message(), b.blame()));
        return burst.isPresent();
    }

    /**
     * Counts how often the pods of one of two versions lost their readiness under users' load while the other one kept its
     * own. Without load they are back soon, and lose it again.
     *
     * @param since when they lost it this time; counted once
     * @return what to say of it when this was once too often
     */
    Optional<String> losesReadinessAgain(Version loser, Version other, Instant since) {
        String row = READINESS + loser.revision();
        Optional<AnalysisResult> before = draft.next.analysis().stream()
                .filter(r -> r.metric().equals(row))
                .findFirst();
        if (before.filter(r -> since.toString().equals(r.time())).isPresent()) {
            return Optional.empty();
        }
        int times = 1 + before.map(AnalysisResult::failed).orElse(0);
        String message = "pods of revision %s lost their readiness %s under load, those of %s kept it"
                .formatted(loser.revision(), times == 1 ? "once" : times + " times", other.revision());
        draft.next.analysis(Stream.concat(
                        draft.next.analysis().stream().filter(r -> !r.metric().equals(row)),
                        Stream.of(TargetStatusAnalysisResultBuilder.builder()
                                .metric(row)
                                .verdict(Verdict.FAIL)
                                .passed(0)
                                .failed(times)
                                .inconclusive(0)
                                .consecutiveErrors(0)
                                .time(since.toString())
                                .message(message)
                                .build()))
                .toList());
        return times > READINESS_LOSSES ? Optional.of(message) : Optional.empty();
    }

    /** Which metric was not read once since the bake began. */
    Optional<String> unread() {
        return metrics.stream()
                .filter(m -> draft.next.analysis().stream()
                        .noneMatch(
                                r -> r.metric().equals(m.name()) && (r.value() != null || r.passed() + r.failed() > 0)))
                .map(m -> draft.next.analysis().stream()
                        .filter(r -> r.metric().equals(m.name()))
                        .map(AnalysisResult::message)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(m.name() + ": not measured yet"))
                .findFirst();
    }

    /** Which metric has not passed in this step, and why. */
    String undecided() {
        return metrics.stream()
                .filter(m -> !AnalysisRound.allPass(List.of(m), draft.next.analysis(), draft.since))
                .map(m -> draft.next.analysis().stream()
                        .filter(r -> r.metric().equals(m.name()))
                        .map(AnalysisResult::message)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(m.name() + ": not measured yet"))
                .findFirst()
                .orElse("nothing");
    }
}
