package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.planner.rollout.RolloutAction.SetTraffic;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.traffic.TrafficMode.Only;
import dev.edgeai.planner.version.Revision;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The time after promotion in which the previous version stays ready. */
final class Bake {
    private final RolloutContext ctx;
    private final TargetDraft draft;
    private final RolloutObservation seen;

    Bake(RolloutContext ctx) {
        this.ctx = ctx;
        this.draft = ctx.draft;
        this.seen = ctx.seen;
    }

    void step() {
        Version stable = ctx.stable();
        LiveAnalysis analysis = new LiveAnalysis(ctx);
        if (ctx.rolledBack(HardSignals.whileServing(stable, draft.next.previous(), seen, ctx.now))
                || podsLost(stable)) {
            return;
        }
        Only only = new Only(stable.revision());
        if (!seen.selection().is(only)) {
            ctx.act(new SetTraffic(only));
        }
        ctx.act(LiveObjects.exactly(stable, seen.replicas(), seen));
        if (draft.next.previous() != null) {
            ctx.act(LiveObjects.exactly(draft.next.previous(), seen.replicas(), seen));
        }
        if (analysis.rolledBack(stable)) {
            return;
        }
        if (seen.replicas() == 0) {
            over("replicas is 0");
        } else if (draft.consume(Labels.SKIP, seen.commands().skip(), stable.revision())) {
            over("ended by the annotation " + Labels.SKIP);
        } else {
            wait(analysis);
        }
    }

    /** Whoever took its pods: users are sent to the version that stands ready, until others are there. */
    private boolean podsLost(Version stable) {
        boolean lost = seen.replicas() > 0
                && seen.ready(stable.revision()) == 0
                && draft.next.previous() != null
                && seen.ready(draft.next.previous().revision()) > 0;
        if (lost) {
            Reason reason = seen.disturbance(stable.revision())
                    .map(Disturbance::reason)
                    .orElse(
                            seen.silentSince(stable.revision()).isPresent()
                                    ? Reason.PODS_NOT_READY
                                    : Reason.POD_DISRUPTED);
            ctx.rollBack(reason, ctx.waiting(stable, seen.replicas()));
        }
        return lost;
    }

    /**
     * The bake ends when each metric was read. What cannot be read does not hold it for ever, nor a newer version at all.
     */
    private void wait(LiveAnalysis analysis) {
        Instant ends = draft.since.plus(ctx.policy.bake().duration());
        if (ctx.now.isBefore(ends)) {
            ctx.again(Duration.between(ctx.now, ends));
            return;
        }
        Optional<String> unread = analysis.unread();
        Instant atLast = ends.plus(ctx.policy.progressDeadline().duration());
        boolean newer = seen.wanted()
                .filter(w -> !w.revision().equals(ctx.stable().revision()))
                .isPresent();
        if (unread.isPresent() && !newer && ctx.now.isBefore(atLast)) {
            draft.next.message("the bake goes on until this was read once: " + unread.get());
            ctx.again(Duration.between(ctx.now, atLast));
            return;
        }
        unread.ifPresent(what -> ctx.event(
                true, Reason.ANALYSIS_UNAVAILABLE, "the bake ends without a reading that says something: " + what));
        over(unread.map(what -> "no reading was possible of " + what).orElse("every metric was read"));
    }

    private void over(String why) {
        draft.next.previous(null);
        draft.next.waiting(null);
        ctx.enter(
                RolloutPhase.IDLE,
                Reason.ROLLED_OUT,
                "%s serves; the bake is over: %s".formatted(Revision.named(ctx.stable()), why));
    }
}
