package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.Promotion;
import dev.edgeai.api.v1alpha1.RampStep;
import dev.edgeai.api.v1alpha1.RolloutPhase;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.planner.rollout.RolloutAction.SetTraffic;
import dev.edgeai.planner.rollout.TrafficMode.Only;
import dev.edgeai.planner.rollout.TrafficMode.Split;
import dev.edgeai.planner.status.Reason;

import java.time.Duration;
import java.time.Instant;

/** The way of a verified candidate up to full weight. */
final class Ascent {
    private final RolloutContext ctx;
    private final TargetDraft draft;
    private final RolloutObservation seen;
    private final LiveAnalysis analysis;

    Ascent(RolloutContext ctx) {
        this.ctx = ctx;
        this.draft = ctx.draft;
        this.seen = ctx.seen;
        this.analysis = new LiveAnalysis(ctx);
    }

    void ramping() {
        if (draft.stable == null || ctx.ramp().isEmpty()) {
            ctx.enter(RolloutPhase.PROMOTING, Reason.PROMOTING, "there is no ramp to climb");
            return;
        }
        int index = Math.min(draft.step == null ? 0 : draft.step, ctx.ramp().size() - 1);
        RampStep step = ctx.ramp().get(index);
        if (!atWeight(step.weight()) || analysis.rolledBack(ctx.candidate())) {
            return;
        }
        Instant holdEnds = draft.since.plus(step.hold().duration());
        if (ctx.now.isBefore(holdEnds)) {
            ctx.again(Duration.between(ctx.now, holdEnds));
            draft.message = "holds at %d %%".formatted(step.weight());
        } else if (!analysis.passes()) {
            draft.message =
                    "holds at %d %% until the analysis passes: %s".formatted(step.weight(), analysis.undecided());
        } else if (index + 1 < ctx.ramp().size()) {
            enterStep(index + 1, "analysis passed at %d %%".formatted(step.weight()));
        } else {
            finishRamp("analysis passed at %d %%".formatted(step.weight()));
        }
    }

    void enterStep(int step, String why) {
        ctx.enter(
                RolloutPhase.RAMPING,
                Reason.RAMPING,
                "%s; on to %d %%".formatted(why, ctx.ramp().get(step).weight()));
        draft.step = step;
    }

    void finishRamp(String why) {
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
        boolean split = draft.stable != null && !ctx.ramp().isEmpty();
        if (!split && ctx.rolledBack(HardSignals.whileServing(ctx.candidate(), seen))) {
            return;
        }
        if (split && (!atWeight(ctx.ramp().getLast().weight()) || analysis.rolledBack(ctx.candidate()))) {
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
        if (ctx.rolledBack(HardSignals.whileServing(candidate, seen)) || analysis.burst()) {
            return;
        }
        ctx.keepStable();
        int pods = ctx.replicas();
        ctx.act(LiveObjects.atLeast(candidate, pods, seen));
        ctx.want(100);
        if (seen.ready(candidate.revision()) >= pods) {
            ctx.act(new SetTraffic(new Only(candidate.revision())));
            ctx.again(Duration.ZERO);
            return;
        }
        draft.message = ctx.waiting(candidate, pods);
        if (ctx.overdue()) {
            ctx.rollBack(Reason.PROGRESS_DEADLINE_EXCEEDED, ctx.overdue(draft.message), true);
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

    /** Makes a weight of the ramp true; the hold begins again whenever it becomes or ceases to be true. */
    private boolean atWeight(int weight) {
        Version candidate = ctx.candidate();
        Version stable = ctx.stable();
        if (ctx.rolledBack(HardSignals.whileServing(candidate, seen))) {
            return false;
        }
        ctx.keepStable();
        int pods = ReplicaSplit.candidateReplicas(weight, ctx.stableReplicas(), ctx.replicas());
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
        ctx.want(weight);
        if (!is) {
            draft.message = ctx.waiting(candidate, pods);
            if (ctx.overdue()) {
                ctx.rollBack(Reason.PROGRESS_DEADLINE_EXCEEDED, ctx.overdue(draft.message), true);
            }
        }
        return is;
    }
}
