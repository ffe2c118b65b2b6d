package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus.Rollback;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusRollbackBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.planner.rollout.RolloutAction.DeleteDeployment;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.version.Revision;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A version is taken back: its users first, then its pods. */
final class WayBack {
    private final RolloutContext ctx;
    private final TargetDraft draft;

    WayBack(RolloutContext ctx) {
        this.ctx = ctx;
        this.draft = ctx.draft;
    }

    void step() {
        if (ctx.takeBack()) {
            wantedInsteadOfStable();
            return;
        }
        Version gone = ctx.candidate();
        Rollback last = draft.next.lastRollback();
        if (draft.next.stable() != null) {
            draft.next.stable(TargetDraft.wanting(draft.next.stable(), 100));
        }
        ctx.keepStable();
        if (last != null && last.millisToZeroWeight() == null && draft.next.stable() != null) {
            long millis = Duration.between(Instant.parse(last.time()), ctx.now).toMillis();
            draft.next.lastRollback(TargetStatusRollbackBuilder.builder(last)
                    .millisToZeroWeight(millis)
                    .build());
        }
        if (ctx.seen.revisions().containsKey(gone.revision())) {
            ctx.act(new DeleteDeployment(gone.revision()));
            ctx.again(Duration.ofSeconds(1));
            return;
        }
        draft.next.candidate(null);
        ctx.enter(
                RolloutPhase.IDLE,
                Reason.ROLLED_BACK,
                draft.next.stable() == null
                        ? "%s was taken away; nothing serves".formatted(Revision.named(gone))
                        : "%s was taken away; %s".formatted(Revision.named(gone), ctx.serving()));
    }

    /** Where stable can be had no more, what is taken back answers on until something that is wanted is verified. */
    private void wantedInsteadOfStable() {
        Version stable = draft.next.stable();
        if (stable == null || ctx.seen.ready(stable.revision()) > 0) {
            return;
        }
        Idle idle = new Idle(ctx);
        ctx.seen
                .wanted()
                .filter(w ->
                        !w.revision().equals(stable.revision()) && !draft.isRejected(w.revision()) && !idle.waits(w))
                .ifPresent(newer -> {
                    draft.next.candidate(newer.toVersion());
                    draft.next.analysis(List.of());
                    ctx.enter(
                            RolloutPhase.PREPARING, Reason.PREPARING, "brings out %s".formatted(Revision.named(newer)));
                });
    }
}
