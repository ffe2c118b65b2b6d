package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.RolloutPhase;
import dev.edgeai.api.v1alpha1.RolloutPolicy;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.RejectedDigest;
import dev.edgeai.api.v1alpha1.TargetStatus.Rollback;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusBuilder;
import dev.edgeai.api.v1alpha1.TargetStatusRollbackBuilder;
import dev.edgeai.planner.rollout.RolloutAction.DeleteDeployment;
import dev.edgeai.planner.rollout.RolloutAction.SetTraffic;
import dev.edgeai.planner.rollout.TrafficMode.Only;
import dev.edgeai.planner.status.Reason;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The state machine of a rollout; see docs/rollout.md. Each decision takes at most one step, states what the phase wants
 * as actions on what was seen, and asks to be called again at once after a step.
 */
public final class RolloutMachine {
    private static final Set<RolloutPhase> RISING = Set.of(
            RolloutPhase.PREPARING,
            RolloutPhase.WARMING,
            RolloutPhase.RAMPING,
            RolloutPhase.AWAITING_PROMOTION,
            RolloutPhase.PROMOTING);

    private final RolloutContext ctx;
    private final TargetDraft draft;
    private final boolean retried;

    private RolloutMachine(RolloutContext ctx) {
        this.ctx = ctx;
        this.draft = ctx.draft;
        this.retried = retry();
    }

    /** The status of a target that nothing is known of yet. */
    public static TargetStatus begin(String target, Instant now) {
        return TargetStatusBuilder.builder()
                .name(target)
                .phase(RolloutPhase.IDLE)
                .since(now.toString())
                .build();
    }

    /**
     * What to do next for one target.
     *
     * @param current its status; for a new target {@link #begin}
     * @param seen gathered at one moment
     * @param policy of this target, overrides applied
     * @param now the moment
     */
    public static RolloutDecision decide(
            TargetStatus current, RolloutObservation seen, RolloutPolicy policy, Instant now) {
        RolloutContext ctx = new RolloutContext(current, seen, policy, now);
        new RolloutMachine(ctx).step();
        return ctx.decision();
    }

    private void step() {
        if (ctx.seen.suspended() && draft.phase != RolloutPhase.ROLLING_BACK && draft.phase != RolloutPhase.PAUSED) {
            draft.pausedPhase = draft.phase;
            ctx.enter(RolloutPhase.PAUSED, Reason.PAUSED, "suspended; stable serves, nothing moves");
        }
        if (superseded()) {
            return;
        }
        Ascent ascent = new Ascent(ctx);
        switch (draft.phase) {
            case IDLE -> idle();
            case PREPARING -> new Preparation(ctx).preparing();
            case WARMING -> new Preparation(ctx).warming();
            case RAMPING -> ascent.ramping();
            case AWAITING_PROMOTION -> ascent.awaitingPromotion();
            case PROMOTING -> ascent.promoting();
            case BAKING -> new Bake(ctx).step();
            case ROLLING_BACK -> rollingBack();
            case PAUSED -> paused();
        }
    }

    /** A new value of the retry annotation forgets what was rejected. */
    private boolean retry() {
        Optional<String> asked = ctx.seen.retry().filter(r -> !r.equals(draft.retry));
        asked.ifPresent(value -> {
            if (!draft.rejected.isEmpty()) {
                ctx.event(
                        false,
                        Reason.RETRIED,
                        "%d rejected versions may be tried again".formatted(draft.rejected.size()));
            }
            draft.rejected = List.of();
            draft.retry = value;
        });
        return asked.isPresent();
    }

    private void idle() {
        Optional<CertifiedVersion> next = ctx.seen
                .wanted()
                .filter(w -> draft.stable == null || !draft.stable.revision().equals(w.revision()))
                .filter(w -> !rejected(w.revision()));
        if (next.isPresent() && ctx.seen.replicas() > 0 && !waitsAfterRollback(next.get())) {
            draft.candidate = next.get().toVersion();
            draft.analysis = List.of();
            ctx.enter(
                    RolloutPhase.PREPARING,
                    Reason.PREPARING,
                    "brings out %s (revision %s)"
                            .formatted(next.get().variant(), next.get().revision()));
            return;
        }
        draft.message = resting(next);
        if (draft.stable != null) {
            draft.stable = TargetDraft.wanting(draft.stable, 100);
            ctx.act(LiveObjects.exactly(draft.stable, ctx.seen.replicas(), ctx.seen));
            Only stable = new Only(draft.stable.revision());
            if (!ctx.trafficIs(stable)) {
                ctx.act(new SetTraffic(stable));
            }
        }
    }

    /** After a rollback that was not the model's fault the same version is tried again, but not at once. */
    private boolean waitsAfterRollback(CertifiedVersion next) {
        Rollback last = draft.lastRollback;
        if (last == null || retried || !last.fromDigest().equals(next.digest())) {
            return false;
        }
        boolean unmeasured = last.reason().equals(Reason.ANALYSIS_UNAVAILABLE.text())
                || last.reason().equals(Reason.WARMUP_UNAVAILABLE.text());
        Instant until =
                Instant.parse(last.time()).plus(ctx.policy.progressDeadline().duration());
        if (!unmeasured || !ctx.now.isBefore(until)) {
            return false;
        }
        ctx.again(Duration.between(ctx.now, until));
        return true;
    }

    private String resting(Optional<CertifiedVersion> next) {
        if (next.isPresent()) {
            return ctx.seen.replicas() == 0
                    ? "replicas is 0, so %s cannot be verified; it waits"
                            .formatted(next.get().variant())
                    : "%s is tried again when its progress deadline has passed: %s"
                            .formatted(
                                    next.get().variant(),
                                    Objects.requireNonNull(draft.lastRollback).message());
        }
        Optional<RejectedDigest> refused = ctx.seen
                .wanted()
                .flatMap(w -> draft.rejected.stream()
                        .filter(r -> r.revision().equals(w.revision()))
                        .findFirst());
        if (refused.isPresent()) {
            return "revision %s was rejected (%s): %s; change the spec, or annotate edgeai.dev/retry with a new value"
                    .formatted(
                            refused.get().revision(),
                            refused.get().reason(),
                            refused.get().message());
        }
        if (draft.stable != null) {
            return draft.stable.variant() + " serves";
        }
        return draft.lastRollback == null
                ? "waits for a certified variant"
                : "nothing serves; the last try was rolled back: " + draft.lastRollback.message();
    }

    private boolean superseded() {
        Optional<CertifiedVersion> wanted = ctx.seen.wanted();
        if (!RISING.contains(draft.phase)
                || wanted.isEmpty()
                || wanted.get().revision().equals(ctx.candidate().revision())
                || ctx.trafficIs(new Only(ctx.candidate().revision()))) {
            return false;
        }
        String old = ctx.candidate().variant() + " (revision " + ctx.candidate().revision() + ")";
        boolean start = !rejected(wanted.get().revision())
                && (draft.stable == null
                        || !draft.stable.revision().equals(wanted.get().revision()));
        draft.candidate = start ? wanted.get().toVersion() : null;
        draft.analysis = List.of();
        ctx.enter(
                start ? RolloutPhase.PREPARING : RolloutPhase.IDLE,
                Reason.SUPERSEDED,
                "%s is given up for %s (revision %s)"
                        .formatted(old, wanted.get().variant(), wanted.get().revision()));
        ctx.takeBack();
        return true;
    }

    private void rollingBack() {
        if (ctx.takeBack()) {
            return;
        }
        Version gone = ctx.candidate();
        Rollback last = draft.lastRollback;
        if (draft.stable != null) {
            draft.stable = TargetDraft.wanting(draft.stable, 100);
            ctx.act(LiveObjects.atLeast(draft.stable, ctx.seen.replicas(), ctx.seen));
        }
        if (last != null && last.millisToZeroWeight() == null && draft.stable != null) {
            long millis = Duration.between(Instant.parse(last.time()), ctx.now).toMillis();
            draft.lastRollback = TargetStatusRollbackBuilder.builder(last)
                    .millisToZeroWeight(millis)
                    .build();
        }
        if (ctx.seen.revisions().containsKey(gone.revision())) {
            ctx.act(new DeleteDeployment(gone.revision()));
            ctx.again(Duration.ofSeconds(1));
            return;
        }
        draft.candidate = null;
        ctx.enter(
                RolloutPhase.IDLE,
                Reason.ROLLED_BACK,
                draft.stable == null
                        ? "%s was taken away; nothing serves".formatted(gone.variant())
                        : "%s was taken away; %s serves".formatted(gone.variant(), draft.stable.variant()));
    }

    private void paused() {
        if (!ctx.seen.suspended()) {
            draft.phase = draft.pausedPhase == null ? RolloutPhase.IDLE : draft.pausedPhase;
            draft.pausedPhase = null;
            draft.since = ctx.now;
            ctx.event(false, Reason.RESUMED, "goes on where it was suspended");
            ctx.again(Duration.ZERO);
            return;
        }
        if (draft.candidate != null && ctx.takeBack()) {
            return;
        }
        if (draft.stable != null) {
            ctx.act(LiveObjects.atLeast(draft.stable, ctx.seen.replicas(), ctx.seen));
        }
    }

    private boolean rejected(String revision) {
        return draft.rejected.stream().anyMatch(r -> r.revision().equals(revision));
    }
}
