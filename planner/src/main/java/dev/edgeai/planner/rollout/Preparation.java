package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.rollout.RolloutAction.DeleteWarmup;
import dev.edgeai.planner.rollout.RolloutAction.StartWarmup;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.version.Revision;
import dev.edgeai.planner.warmup.WarmupPlan;
import dev.edgeai.planner.warmup.WarmupVerdict;

import java.util.Objects;
import java.util.Optional;

/** The way of a candidate to pods whose answers are verified; no user sees it yet. */
final class Preparation {
    private static final String AGAIN = "the warm-up is made again: ";

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
        ctx.act(LiveObjects.exactly(candidate, pods, seen));
        if (allReady(candidate, pods)) {
            ctx.enter(
                    RolloutPhase.WARMING,
                    Reason.WARMING,
                    "%d pods of %s are ready; verifying their answers".formatted(pods, Revision.named(candidate)));
            return;
        }
        ctx.awaitPods(candidate, pods);
    }

    private boolean allReady(Version candidate, int pods) {
        return seen.ready(candidate.revision()) >= pods
                && LiveObjects.replicas(candidate, seen) >= pods
                && seen.asApplied(candidate.revision());
    }

    void warming() {
        Version candidate = ctx.candidate();
        if (ctx.takeBack() || ctx.rolledBack(HardSignals.whileServing(candidate, draft.next.stable(), seen, ctx.now))) {
            return;
        }
        ctx.keepStable();
        int pods = ctx.firstReplicas();
        ctx.act(LiveObjects.exactly(candidate, pods, seen));
        if (seen.warmup() instanceof JobState.Succeeded<WarmupResult>(WarmupResult result, Optional<String> node)) {
            warmedUp(candidate, result);
        } else if (!allReady(candidate, pods)) {
            draft.next.message(ctx.waiting(candidate, pods)); // pods that went away are no fault of the warm-up
        } else {
            awaitWarmup(candidate);
        }
        if (draft.next.phase() == RolloutPhase.WARMING && ctx.overdue()) {
            expire(candidate, pods);
        }
    }

    private void awaitWarmup(Version candidate) {
        switch (seen.warmup()) {
            case JobState.Missing<WarmupResult> _ -> startWarmup(candidate);
            case JobState.Pending<WarmupResult> p ->
                draft.next.message("the warm-up Job is pending: " + p.message().orElse("its pod does not run yet"));
            case JobState.Running<WarmupResult> _ -> {
                boolean saysWhy =
                        draft.next.message() != null && draft.next.message().startsWith(AGAIN);
                draft.next.message(saysWhy ? draft.next.message() : "the warm-up Job runs");
            }
            case JobState.Succeeded<WarmupResult> _ -> {}
            case JobState.Failed<WarmupResult> f -> {
                draft.next.message("the warm-up Job failed and is made again: "
                        + f.failure().message());
                ctx.act(new DeleteWarmup(candidate.revision()));
            }
        }
    }

    /** Either the pods went away, or nobody could ask them. */
    private void expire(Version candidate, int pods) {
        String message = Objects.requireNonNullElse(draft.next.message(), "the warm-up");
        if (allReady(candidate, pods)) {
            ctx.rollBack(
                    Reason.WARMUP_UNAVAILABLE,
                    "%s; the progress deadline of %s is over".formatted(message, ctx.policy.progressDeadline()));
        } else {
            ctx.expire(candidate, message);
        }
    }

    private void startWarmup(Version candidate) {
        switch (WarmupPlan.of(ctx.policy, candidate, Optional.ofNullable(draft.next.stable()))) {
            case WarmupPlan.Send plan -> ctx.act(new StartWarmup(candidate, plan.requests()));
            case WarmupPlan.Impossible impossible -> draft.next.message(impossible.message());
        }
    }

    private void warmedUp(Version candidate, WarmupResult result) {
        // What is certified stands in status, so that a run that is deleted meanwhile is not missed
        WarmupVerdict verdict =
                WarmupVerdict.of(result, candidate, Optional.ofNullable(draft.next.stable()), seen.sameNodes());
        draft.next.message(verdict.message());
        switch (verdict.verdict()) {
            case FAIL -> ctx.rollBack(verdict.reason(), verdict.message(), verdict.blame());
            case INCONCLUSIVE, NOT_MEASURED -> {
                draft.next.message(AGAIN + verdict.message());
                ctx.act(new DeleteWarmup(candidate.revision()));
            }
            case PASS -> {
                if (draft.next.stable() == null) {
                    ctx.enter(RolloutPhase.PROMOTING, Reason.PROMOTING, verdict.message());
                } else if (ctx.ramp().isEmpty()) {
                    new RampUp(ctx).finishRamp(verdict.message());
                } else {
                    new RampUp(ctx).enterStep(0, verdict.message());
                }
            }
        }
    }
}
