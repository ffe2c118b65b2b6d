package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.AnalysisMetric;
import dev.edgeai.api.v1alpha1.Blame;
import dev.edgeai.api.v1alpha1.RolloutPhase;
import dev.edgeai.api.v1alpha1.TargetStatus.AnalysisResult;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.planner.status.Reason;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The analysis of the version that is watched, as part of a decision. */
final class LiveAnalysis {
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
        return AnalysisRound.allPass(metrics, draft.analysis, draft.since);
    }

    /** Measures when it is due; true when that took the version back. */
    boolean rolledBack(Version watched) {
        if (burst()) {
            return true;
        }
        if (metrics.isEmpty()) {
            return false;
        }
        Instant last = draft.analysis.stream()
                .map(AnalysisResult::time)
                .filter(Objects::nonNull)
                .map(Instant::parse)
                .filter(t -> t.isAfter(draft.since))
                .max(Instant::compareTo)
                .orElse(draft.since);
        Instant due = last.plus(ctx.policy.analysis().interval().duration());
        if (ctx.now.isBefore(due)) {
            ctx.again(Duration.between(ctx.now, due));
            return false;
        }
        ctx.again(ctx.policy.analysis().interval().duration());
        AnalysisRound round = AnalysisRound.of(metrics, draft.analysis, seen, ctx.now);
        draft.analysis = round.results();
        if (round.failed().isPresent()) {
            ctx.rollBack(
                    Reason.ANALYSIS_FAILED,
                    round.failed().get().message(),
                    round.failed().get().blame() == Blame.MODEL);
            return true;
        }
        if (round.unavailable().isPresent() && draft.phase != RolloutPhase.BAKING) {
            ctx.rollBack(
                    Reason.ANALYSIS_UNAVAILABLE,
                    round.unavailable().get() + "; " + watched.variant() + " may not serve unwatched",
                    false);
            return true;
        }
        return false;
    }

    /** Looks for a burst of errors whether or not a measurement is due; true when that took the version back. */
    boolean burst() {
        Optional<MetricVerdict> burst = Analysis.burst(metrics, seen.live());
        burst.ifPresent(b -> ctx.rollBack(Reason.ERROR_BURST, b.message(), b.blame() == Blame.MODEL));
        return burst.isPresent();
    }

    /** During the bake: a metric that is silent for too long; the bake does not end on it. */
    Optional<String> unreadable() {
        Optional<String> silent = metrics.stream()
                .flatMap(m -> draft.analysis.stream()
                        .filter(r -> r.metric().equals(m.name()))
                        .filter(r -> r.consecutiveErrors() > m.consecutiveErrorLimit()))
                .map(r -> "the bake goes on until this can be read again: " + r.message())
                .findFirst();
        silent.ifPresent(s -> draft.message = s);
        return silent;
    }

    /** Which metric has not passed in this step, and why. */
    String undecided() {
        return metrics.stream()
                .filter(m -> !AnalysisRound.allPass(List.of(m), draft.analysis, draft.since))
                .map(m -> draft.analysis.stream()
                        .filter(r -> r.metric().equals(m.name()))
                        .map(AnalysisResult::message)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(m.name() + ": not measured yet"))
                .findFirst()
                .orElse("nothing");
    }
}
