package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.RolloutPhase;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.planner.rollout.RolloutAction.SetTraffic;
import dev.edgeai.planner.rollout.TrafficMode.Only;
import dev.edgeai.planner.status.Reason;

import java.time.Duration;
import java.time.Instant;

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
        if (ctx.rolledBack(HardSignals.whileServing(stable, seen))) {
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
        if (analysis.rolledBack(stable)) {
            return;
        }
        Instant ends = draft.since.plus(ctx.policy.bake().duration());
        if (ctx.now.isBefore(ends)) {
            ctx.again(Duration.between(ctx.now, ends));
        } else if (analysis.unreadable().isEmpty()) {
            draft.previous = null;
            ctx.enter(RolloutPhase.IDLE, Reason.ROLLED_OUT, stable.variant() + " serves; the bake is over");
        }
    }
}
