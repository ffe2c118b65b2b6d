package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.v1alpha1.AnalysisMetric;
import dev.edgeai.api.v1alpha1.Promotion;
import dev.edgeai.api.v1alpha1.RampStep;
import dev.edgeai.api.v1alpha1.RolloutPhase;
import dev.edgeai.api.v1alpha1.TargetStatus.AnalysisResult;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.rollout.RolloutAction.DeleteWarmup;
import dev.edgeai.planner.rollout.RolloutAction.SetTraffic;
import dev.edgeai.planner.rollout.RolloutAction.StartWarmup;
import dev.edgeai.planner.rollout.TrafficMode.Only;
import dev.edgeai.planner.rollout.TrafficMode.Split;
import dev.edgeai.planner.status.Reason;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The way of a candidate up to full weight, and the bake after it. */
final class Ascent {
    private final RolloutContext ctx;
    private final TargetDraft draft;
    private final RolloutObservation seen;

    Ascent(RolloutContext ctx) {
        this.ctx = ctx;
        this.draft = ctx.draft;
        this.seen = ctx.seen;
    }

    void preparing() {
        Version candidate = ctx.candidate();
        if (ctx.takeBack() || rolledBack(HardSignals.whileStarting(candidate, seen))) {
            return;
        }
        keepStable();
        int pods = firstReplicas();
        ctx.act(LiveObjects.atLeast(candidate, pods, seen));
        if (seen.ready(candidate.revision()) >= pods && LiveObjects.replicas(candidate, seen) >= pods) {
            ctx.enter(
                    RolloutPhase.WARMING,
                    Reason.WARMING,
                    "%d pods of %s are ready; verifying their answers".formatted(pods, candidate.variant()));
            return;
        }
        draft.message = waiting(candidate, pods);
        if (ctx.overdue()) {
            ctx.rollBack(Reason.PROGRESS_DEADLINE_EXCEEDED, overdue(draft.message), true);
        }
    }

    void warming() {
        Version candidate = ctx.candidate();
        if (ctx.takeBack() || rolledBack(HardSignals.whileServing(candidate, seen))) {
            return;
        }
        keepStable();
        ctx.act(LiveObjects.atLeast(candidate, firstReplicas(), seen));
        switch (seen.warmup()) {
            case JobState.Missing<WarmupResult> m ->
                ctx.act(new StartWarmup(candidate, ctx.policy.warmup().requests()));
            case JobState.Pending<WarmupResult> p ->
                draft.message = "the warm-up Job is pending: " + p.message().orElse("its pod does not run yet");
            case JobState.Running<WarmupResult> r -> draft.message = "the warm-up Job runs";
            case JobState.Succeeded<WarmupResult> s -> warmedUp(candidate, s.result());
            case JobState.Failed<WarmupResult> f -> {
                draft.message = "the warm-up Job failed and is made again: "
                        + f.failure().message();
                ctx.act(new DeleteWarmup(candidate.revision()));
            }
        }
        if (draft.phase == RolloutPhase.WARMING && ctx.overdue()) {
            boolean unavailable = seen.warmup() instanceof JobState.Failed<WarmupResult>;
            ctx.rollBack(
                    unavailable ? Reason.WARMUP_UNAVAILABLE : Reason.PROGRESS_DEADLINE_EXCEEDED,
                    overdue(Objects.requireNonNullElse(draft.message, "the warm-up")),
                    !unavailable);
        }
    }

    private void warmedUp(Version candidate, WarmupResult result) {
        Optional<CertifiedVersion> certified =
                seen.wanted().filter(w -> w.revision().equals(candidate.revision()));
        if (certified.isEmpty()) {
            draft.message = "waits for the run '%s' to say what %s is certified for"
                    .formatted(candidate.run(), candidate.variant());
            return;
        }
        WarmupVerdict verdict = WarmupVerdict.of(
                result,
                Optional.ofNullable(certified.get().quality()),
                certified.get().latencyP95Micros());
        draft.message = verdict.message();
        switch (verdict.verdict()) {
            case FAIL -> ctx.rollBack(Reason.WARMUP_FAILED, verdict.message(), true);
            case INCONCLUSIVE -> {} // held until the deadline
            case PASS -> {
                if (draft.stable == null) {
                    ctx.enter(RolloutPhase.PROMOTING, Reason.PROMOTING, verdict.message());
                } else if (ramp().isEmpty()) {
                    finishRamp(verdict.message());
                } else {
                    enterStep(0, verdict.message());
                }
            }
        }
    }

    void ramping() {
        if (draft.stable == null || ramp().isEmpty()) {
            ctx.enter(RolloutPhase.PROMOTING, Reason.PROMOTING, "there is no ramp to climb");
            return;
        }
        int index = Math.min(draft.step == null ? 0 : draft.step, ramp().size() - 1);
        RampStep step = ramp().get(index);
        if (!atWeight(step.weight()) || analysed(ctx.candidate())) {
            return;
        }
        Instant holdEnds = draft.since.plus(step.hold().duration());
        if (ctx.now.isBefore(holdEnds)) {
            ctx.again(Duration.between(ctx.now, holdEnds));
            draft.message = "holds at %d %%".formatted(step.weight());
        } else if (!AnalysisRound.allPass(metrics(), draft.analysis, draft.since)) {
            draft.message = "holds at %d %% until the analysis passes: %s".formatted(step.weight(), undecided());
        } else if (index + 1 < ramp().size()) {
            enterStep(index + 1, "analysis passed at %d %%".formatted(step.weight()));
        } else {
            finishRamp("analysis passed at %d %%".formatted(step.weight()));
        }
    }

    private void enterStep(int step, String why) {
        ctx.enter(
                RolloutPhase.RAMPING,
                Reason.RAMPING,
                "%s; on to %d %%".formatted(why, ramp().get(step).weight()));
        draft.step = step;
    }

    private void finishRamp(String why) {
        if (ctx.policy.promotion() == Promotion.MANUAL) {
            ctx.enter(
                    RolloutPhase.AWAITING_PROMOTION,
                    Reason.AWAITING_PROMOTION,
                    why + "; annotate edgeai.dev/promote=" + ctx.candidate().digest());
        } else {
            ctx.enter(RolloutPhase.PROMOTING, Reason.PROMOTING, why + "; on to full weight");
        }
    }

    void awaitingPromotion() {
        boolean split = draft.stable != null && !ramp().isEmpty();
        if (!split && rolledBack(HardSignals.whileServing(ctx.candidate(), seen))) {
            return;
        }
        if (split && (!atWeight(ramp().getLast().weight()) || analysed(ctx.candidate()))) {
            return;
        }
        String digest = ctx.candidate().digest();
        if (ctx.policy.promotion() == Promotion.AUTOMATIC
                || seen.promote().filter(digest::equals).isPresent()) {
            ctx.enter(RolloutPhase.PROMOTING, Reason.PROMOTING, "promotion was granted");
        } else {
            draft.message = "waits for the annotation edgeai.dev/promote=" + digest;
        }
    }

    void promoting() {
        Version candidate = ctx.candidate();
        if (ctx.trafficIs(new Only(candidate.revision()))) {
            promoted(candidate);
            return;
        }
        if (rolledBack(HardSignals.whileServing(candidate, seen)) || burst()) {
            return;
        }
        keepStable();
        int pods = ctx.replicas();
        ctx.act(LiveObjects.atLeast(candidate, pods, seen));
        want(100);
        if (seen.ready(candidate.revision()) >= pods) {
            ctx.act(new SetTraffic(new Only(candidate.revision())));
            ctx.again(Duration.ZERO);
            return;
        }
        draft.message = waiting(candidate, pods);
        if (ctx.overdue()) {
            ctx.rollBack(Reason.PROGRESS_DEADLINE_EXCEEDED, overdue(draft.message), true);
        }
    }

    private void promoted(Version candidate) {
        draft.previous = draft.stable == null ? null : TargetDraft.wanting(draft.stable, 0);
        draft.stable = TargetDraft.wanting(candidate, 100);
        draft.candidate = null;
        if (draft.previous == null) {
            ctx.enter(RolloutPhase.IDLE, Reason.ROLLED_OUT, candidate.variant() + " serves, as the first version");
        } else {
            ctx.enter(
                    RolloutPhase.BAKING,
                    Reason.BAKING,
                    "%s serves alone; %s stays ready for %s"
                            .formatted(candidate.variant(), draft.previous.variant(), ctx.policy.bake()));
        }
    }

    void baking() {
        Version stable = ctx.stable();
        if (rolledBack(HardSignals.whileServing(stable, seen))) {
            return;
        }
        Only only = new Only(stable.revision());
        if (!ctx.trafficIs(only)) {
            ctx.act(new SetTraffic(only));
        }
        ctx.act(LiveObjects.exactly(stable, ctx.replicas(), seen));
        if (draft.previous != null) {
            ctx.act(LiveObjects.atLeast(draft.previous, ctx.replicas(), seen));
        }
        if (analysed(stable)) {
            return;
        }
        Instant ends = draft.since.plus(ctx.policy.bake().duration());
        if (ctx.now.isBefore(ends)) {
            ctx.again(Duration.between(ctx.now, ends));
        } else if (unreadable().isEmpty()) {
            draft.previous = null;
            ctx.enter(RolloutPhase.IDLE, Reason.ROLLED_OUT, stable.variant() + " serves; the bake is over");
        }
    }

    /** Makes a weight of the ramp true; the hold begins again whenever it becomes or ceases to be true. */
    private boolean atWeight(int weight) {
        Version candidate = ctx.candidate();
        Version stable = ctx.stable();
        if (rolledBack(HardSignals.whileServing(candidate, seen))) {
            return false;
        }
        keepStable();
        int pods = ReplicaSplit.candidateReplicas(weight, stableReplicas(), ctx.replicas());
        ctx.act(LiveObjects.atLeast(candidate, pods, seen));
        Split split = new Split(stable.revision(), candidate.revision(), weight);
        if (!ctx.trafficIs(split)) {
            ctx.act(new SetTraffic(split));
        }
        boolean shared = seen.traffic().orElse(null) instanceof Split(String s, String c, int w)
                && s.equals(stable.revision())
                && c.equals(candidate.revision());
        boolean is = shared && seen.ready(candidate.revision()) >= pods;
        if (is != draft.wasAtWeight(weight, pods)) {
            draft.since = ctx.now;
        }
        want(weight);
        if (!is) {
            draft.message = waiting(candidate, pods);
            if (ctx.overdue()) {
                ctx.rollBack(Reason.PROGRESS_DEADLINE_EXCEEDED, overdue(draft.message), true);
            }
        }
        return is;
    }

    private boolean analysed(Version watched) {
        if (burst()) {
            return true;
        }
        if (metrics().isEmpty()) {
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
        AnalysisRound round = AnalysisRound.of(metrics(), draft.analysis, seen, ctx.now);
        draft.analysis = round.results();
        if (round.failed().isPresent()) {
            ctx.rollBack(Reason.ANALYSIS_FAILED, round.failed().get(), true);
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

    private boolean burst() {
        Optional<String> burst = Analysis.burst(metrics(), seen.live());
        burst.ifPresent(b -> ctx.rollBack(Reason.ERROR_BURST, b, true));
        return burst.isPresent();
    }

    /** During the bake: a metric that is silent for too long; the bake does not end on it. */
    private Optional<String> unreadable() {
        Optional<String> silent = metrics().stream()
                .flatMap(m -> draft.analysis.stream()
                        .filter(r -> r.metric().equals(m.name()))
                        .filter(r -> r.consecutiveErrors() > m.consecutiveErrorLimit()))
                .map(r -> "the bake goes on until this can be read again: " + r.message())
                .findFirst();
        silent.ifPresent(s -> draft.message = s);
        return silent;
    }

    private String undecided() {
        return metrics().stream()
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

    private boolean rolledBack(Optional<HardSignals> signal) {
        signal.ifPresent(ctx::rollBack);
        return signal.isPresent();
    }

    private void keepStable() {
        if (draft.stable != null) {
            ctx.act(LiveObjects.atLeast(draft.stable, seen.replicas(), seen));
        }
    }

    private void want(int candidateWeight) {
        draft.candidate = TargetDraft.wanting(ctx.candidate(), candidateWeight);
        if (draft.stable != null) {
            draft.stable = TargetDraft.wanting(draft.stable, 100 - candidateWeight);
        }
    }

    private int firstReplicas() {
        return draft.stable == null || ramp().isEmpty()
                ? ctx.replicas()
                : ReplicaSplit.candidateReplicas(ramp().getFirst().weight(), stableReplicas(), ctx.replicas());
    }

    private int stableReplicas() {
        return Math.max(seen.replicas(), LiveObjects.replicas(ctx.stable(), seen));
    }

    private String waiting(Version candidate, int pods) {
        RevisionState state = seen.revisions().get(candidate.revision());
        String why = state == null ? "" : state.message().map(m -> ": " + m).orElse("");
        return "%d of %d pods of %s are ready%s"
                .formatted(seen.ready(candidate.revision()), pods, candidate.variant(), why);
    }

    private String overdue(String what) {
        return "%s; the progress deadline of %s is over".formatted(what, ctx.policy.progressDeadline());
    }

    private List<RampStep> ramp() {
        return ctx.policy.ramp();
    }

    private List<AnalysisMetric> metrics() {
        return ctx.policy.analysis().metrics();
    }
}
