package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.v1alpha1.RolloutPhase;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.rollout.RolloutAction.DeleteWarmup;
import dev.edgeai.planner.rollout.RolloutAction.StartWarmup;
import dev.edgeai.planner.status.Reason;

import java.util.Objects;
import java.util.Optional;

/** The way of a candidate to pods whose answers are verified; no user sees it yet. */
final class Preparation {
    private final RolloutContext ctx;
    private final TargetDraft draft;
    private final RolloutObservation seen;

    Preparation(RolloutContext ctx) {
        this.ctx = ctx;
        this.draft = ctx.draft;
        this.seen = ctx.seen;
    }

    void preparing() {
        Version candidate = ctx.candidate();
        if (ctx.takeBack() || ctx.rolledBack(HardSignals.whileStarting(candidate, seen))) {
            return;
        }
        ctx.keepStable();
        int pods = ctx.firstReplicas();
        ctx.act(LiveObjects.atLeast(candidate, pods, seen));
        if (seen.ready(candidate.revision()) >= pods && LiveObjects.replicas(candidate, seen) >= pods) {
            ctx.enter(
                    RolloutPhase.WARMING,
                    Reason.WARMING,
                    "%d pods of %s are ready; verifying their answers".formatted(pods, candidate.variant()));
            return;
        }
        draft.message = ctx.waiting(candidate, pods);
        if (ctx.overdue()) {
            ctx.rollBack(Reason.PROGRESS_DEADLINE_EXCEEDED, ctx.overdue(draft.message), true);
        }
    }

    void warming() {
        Version candidate = ctx.candidate();
        if (ctx.takeBack() || ctx.rolledBack(HardSignals.whileServing(candidate, seen))) {
            return;
        }
        ctx.keepStable();
        ctx.act(LiveObjects.atLeast(candidate, ctx.firstReplicas(), seen));
        switch (seen.warmup()) {
            case JobState.Missing<WarmupResult> m -> startWarmup(candidate);
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
                    ctx.overdue(Objects.requireNonNullElse(draft.message, "the warm-up")),
                    !unavailable);
        }
    }

    private void startWarmup(Version candidate) {
        switch (WarmupPlan.of(ctx.policy, candidate, Optional.ofNullable(draft.stable))) {
            case WarmupPlan.Send plan -> ctx.act(new StartWarmup(candidate, plan.requests()));
            case WarmupPlan.Impossible impossible -> draft.message = impossible.message();
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
        WarmupVerdict verdict =
                WarmupVerdict.of(result, certified.get().toVersion(), Optional.ofNullable(draft.stable), true);
        draft.message = verdict.message();
        switch (verdict.verdict()) {
            case FAIL -> ctx.rollBack(Reason.WARMUP_FAILED, verdict.message(), true);
            case INCONCLUSIVE -> {} // held until the deadline
            case PASS -> {
                if (draft.stable == null) {
                    ctx.enter(RolloutPhase.PROMOTING, Reason.PROMOTING, verdict.message());
                } else if (ctx.ramp().isEmpty()) {
                    new Ascent(ctx).finishRamp(verdict.message());
                } else {
                    new Ascent(ctx).enterStep(0, verdict.message());
                }
            }
        }
    }
}
