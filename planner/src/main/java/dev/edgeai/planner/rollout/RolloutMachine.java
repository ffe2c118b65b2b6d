package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.traffic.Selection;
import dev.edgeai.planner.version.CertifiedVersion;
import dev.edgeai.planner.version.Revision;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

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

    private RolloutMachine(RolloutContext ctx) {
        this.ctx = ctx;
        this.draft = ctx.draft;
    }

    /** The status of a target that nothing is known of yet. */
    public static TargetStatus begin(String target, Instant now) {
        return begin(target, now, List.of());
    }

    /**
     * The status of a target that nothing is known of yet.
     *
     * @param others targets of the same model; what one of them acted on asks for nothing any more, as a target that is
     *     renamed brings out the same revisions
     */
    public static TargetStatus begin(String target, Instant now, List<TargetStatus> others) {
        Map<String, String> consumed = new TreeMap<>();
        others.forEach(other -> consumed.putAll(other.consumed()));
        return TargetStatusBuilder.builder()
                .consumed(consumed)
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
        RolloutMachine machine = new RolloutMachine(ctx);
        machine.retry();
        machine.step();
        return ctx.decision();
    }

    private void step() {
        if (ctx.seen.suspended()
                && draft.next.phase() != RolloutPhase.ROLLING_BACK
                && draft.next.phase() != RolloutPhase.PAUSED) {
            draft.next.pausedPhase(draft.next.phase());
            ctx.enter(RolloutPhase.PAUSED, Reason.PAUSED, "suspended; nothing moves, and " + ctx.serving());
        }
        if (aborted() || wentBack() || scaledToZero() || superseded()) {
            return;
        }
        RampUp ascent = new RampUp(ctx);
        switch (draft.next.phase()) {
            case IDLE -> new Idle(ctx).step();
            case PREPARING -> new Preparation(ctx).preparing();
            case WARMING -> new Preparation(ctx).warming();
            case RAMPING -> ascent.ramping();
            case AWAITING_PROMOTION -> ascent.awaitingPromotion();
            case PROMOTING -> ascent.promoting();
            case BAKING -> new Bake(ctx).step();
            case ROLLING_BACK -> new WayBack(ctx).step();
            case PAUSED -> paused();
        }
    }

    /** A new value of the retry annotation forgets what was rejected. */
    private void retry() {
        ctx.seen.commands().retry().filter(r -> !r.equals(draft.next.retry())).ifPresent(value -> {
            if (!draft.next.rejected().isEmpty()) {
                ctx.event(
                        false,
                        Reason.RETRIED,
                        "%d rejected versions may be tried again"
                                .formatted(draft.next.rejected().size()));
            } else if (draft.next.waiting() != null) {
                ctx.event(
                        false,
                        Reason.RETRIED,
                        "revision %s does not wait any longer"
                                .formatted(draft.next.waiting().revision()));
            }
            draft.next.rejected(List.of());
            draft.next.waiting(null);
            draft.next.retry(value);
        });
    }

    /** A person's word: the version that is on its way, or in its bake, is given up and rejected. */
    private boolean aborted() {
        Version moving = draft.next.phase() == RolloutPhase.BAKING ? draft.next.stable() : draft.next.candidate();
        boolean given = (RISING.contains(draft.next.phase()) || draft.next.phase() == RolloutPhase.BAKING)
                && moving != null
                && draft.consume(Labels.ABORT, ctx.seen.commands().abort(), moving.revision());
        if (given) {
            ctx.abort("aborted by the annotation " + Labels.ABORT);
        }
        return given;
    }

    /** A person's word: an earlier version. While that one stands ready in the bake, going back is one write. */
    private boolean wentBack() {
        Optional<String> digest = ctx.seen.commands().rollbackTo();
        if (digest.isEmpty()) {
            draft.forget(Labels.ROLLBACK_TO);
            return false;
        }
        if (isKnown(digest.get()) && draft.consume(Labels.ROLLBACK_TO, digest, digest.get())) {
            ctx.event(
                    false,
                    Reason.ROLLBACK_REQUESTED,
                    "%s=%s: that version serves as long as the annotation stands"
                            .formatted(Labels.ROLLBACK_TO, digest.get()));
        }
        boolean instant = draft.next.phase() == RolloutPhase.BAKING
                && draft.next.previous() != null
                && draft.next.previous().digest().equals(digest.get());
        if (instant) {
            ctx.goBack("asked for by the annotation " + Labels.ROLLBACK_TO);
        }
        return instant;
    }

    private boolean isKnown(String digest) {
        return Stream.concat(
                        ctx.seen.wanted().map(CertifiedVersion::digest).stream(),
                        Stream.of(Optional.ofNullable(draft.next.stable()), Optional.ofNullable(draft.next.previous()))
                                .flatMap(Optional::stream)
                                .map(Version::digest))
                .anyMatch(digest::equals);
    }

    /** Nobody wants pods: there is nothing to verify and no one to serve. What was on its way begins anew later. */
    private boolean scaledToZero() {
        if (ctx.seen.replicas() > 0 || !RISING.contains(draft.next.phase())) {
            return false;
        }
        String given = Revision.named(ctx.candidate());
        draft.next.candidate(null);
        ctx.enter(RolloutPhase.IDLE, Reason.SCALED_TO_ZERO, "replicas is 0; %s waits".formatted(given));
        ctx.takeBack();
        return true;
    }

    private boolean superseded() {
        Optional<CertifiedVersion> wanted = ctx.seen.wanted();
        if (!RISING.contains(draft.next.phase())
                || wanted.isEmpty()
                || wanted.get().revision().equals(ctx.candidate().revision())
                || ctx.seen.selection().equals(new Selection.One(ctx.candidate().revision()))) {
            return false;
        }
        String old = Revision.named(ctx.candidate());
        boolean start = !draft.isRejected(wanted.get().revision())
                && (draft.next.stable() == null
                        || !draft.next.stable().revision().equals(wanted.get().revision()));
        draft.next.candidate(start ? wanted.get().toVersion() : null);
        draft.next.analysis(List.of());
        ctx.enter(
                start ? RolloutPhase.PREPARING : RolloutPhase.IDLE,
                Reason.SUPERSEDED,
                "%s is given up for %s".formatted(old, Revision.named(wanted.get())));
        ctx.takeBack();
        return true;
    }

    private void paused() {
        if (!ctx.seen.suspended()) {
            draft.next.phase(draft.next.pausedPhase() == null ? RolloutPhase.IDLE : draft.next.pausedPhase());
            draft.next.pausedPhase(null);
            draft.since = ctx.now;
            ctx.event(false, Reason.RESUMED, "goes on where it was suspended");
            ctx.again(Duration.ZERO);
            return;
        }
        if (draft.next.candidate() != null && ctx.takeBack()) {
            return;
        }
        ctx.keepStable();
    }
}
