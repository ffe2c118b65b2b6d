package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.RejectedDigest;
import dev.edgeai.api.v1alpha1.TargetStatus.Rollback;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatus.Waiting;
import dev.edgeai.api.v1alpha1.TargetStatusBuilder;
import dev.edgeai.api.v1alpha1.TargetStatusRollbackBuilder;
import dev.edgeai.api.v1alpha1.TargetStatusWaitingBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.planner.rollout.RolloutAction.DeleteDeployment;
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
        if (ctx.seen.suspended() && draft.phase != RolloutPhase.ROLLING_BACK && draft.phase != RolloutPhase.PAUSED) {
            draft.pausedPhase = draft.phase;
            ctx.enter(RolloutPhase.PAUSED, Reason.PAUSED, "suspended; nothing moves, and " + serving());
        }
        if (aborted() || wentBack() || scaledToZero() || superseded()) {
            return;
        }
        RampUp ascent = new RampUp(ctx);
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
    private void retry() {
        ctx.seen.commands().retry().filter(r -> !r.equals(draft.retry)).ifPresent(value -> {
            if (!draft.rejected.isEmpty()) {
                ctx.event(
                        false,
                        Reason.RETRIED,
                        "%d rejected versions may be tried again".formatted(draft.rejected.size()));
            } else if (draft.waiting != null) {
                ctx.event(
                        false,
                        Reason.RETRIED,
                        "revision %s does not wait any longer".formatted(draft.waiting.revision()));
            }
            draft.rejected = List.of();
            draft.waiting = null;
            draft.retry = value;
        });
    }

    private void idle() {
        Optional<CertifiedVersion> next = ctx.seen
                .wanted()
                .filter(w -> draft.stable == null || !draft.stable.revision().equals(w.revision()))
                .filter(w -> !rejected(w.revision()));
        if (next.isPresent() && ctx.seen.replicas() > 0 && !waits(next.get())) {
            draft.candidate = next.get().toVersion();
            draft.analysis = List.of();
            ctx.enter(
                    RolloutPhase.PREPARING,
                    Reason.PREPARING,
                    "brings out %s%s"
                            .formatted(
                                    Revision.named(next.get()),
                                    draft.stable == null
                                            ? ""
                                            : ctx.ramp()
                                                    .said()
                                                    .map(s -> "; " + s)
                                                    .orElse("")));
            return;
        }
        draft.message = resting(next);
        if (draft.stable != null) {
            draft.stable = TargetDraft.wanting(draft.stable, 100);
            ctx.keepStable();
            ctx.takeBack();
        }
    }

    /** What was taken back for no fault of its own is tried again, but not at once. */
    private boolean waits(CertifiedVersion next) {
        Waiting waiting = draft.waiting;
        if (waiting == null
                || !waiting.revision().equals(next.revision())
                || !waiting.policy().equals(ctx.policyKey())) {
            return false;
        }
        Duration left = Duration.between(ctx.now, Instant.parse(waiting.until()));
        Duration most = Backoff.after(waiting.attempts());
        if (left.compareTo(most) > 0) { // written by a clock that was ahead
            left = most;
            draft.waiting = TargetStatusWaitingBuilder.builder(waiting)
                    .until(ctx.now.plus(most).toString())
                    .build();
        }
        if (left.isPositive()) {
            ctx.again(left);
        }
        return left.isPositive();
    }

    private String resting(Optional<CertifiedVersion> next) {
        if (next.isPresent()) {
            Waiting waiting = draft.waiting;
            return ctx.seen.replicas() == 0 || waiting == null
                    ? "replicas is 0, so %s cannot be verified; it waits".formatted(Revision.named(next.get()))
                    : "%s is tried again at %s (tries so far: %d; edgeai.dev/retry with a new value tries at once): %s"
                            .formatted(
                                    Revision.named(next.get()), waiting.until(), waiting.attempts(), waiting.message());
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
            return ctx.seen.replicas() == 0 ? "replicas is 0: nothing serves" : serving() + leaving(draft.stable);
        }
        return draft.lastRollback == null
                ? "waits for a certified variant"
                : "nothing serves; the last try was rolled back: " + draft.lastRollback.message();
    }

    /** A person's word: the version that is on its way, or in its bake, is given up and rejected. */
    private boolean aborted() {
        Version moving = draft.phase == RolloutPhase.BAKING ? draft.stable : draft.candidate;
        boolean given = (RISING.contains(draft.phase) || draft.phase == RolloutPhase.BAKING)
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
        boolean instant = draft.phase == RolloutPhase.BAKING
                && draft.previous != null
                && draft.previous.digest().equals(digest.get());
        if (instant) {
            ctx.goBack("asked for by the annotation " + Labels.ROLLBACK_TO);
        }
        return instant;
    }

    private boolean isKnown(String digest) {
        return Stream.concat(
                        ctx.seen.wanted().map(CertifiedVersion::digest).stream(),
                        Stream.of(Optional.ofNullable(draft.stable), Optional.ofNullable(draft.previous))
                                .flatMap(Optional::stream)
                                .map(Version::digest))
                .anyMatch(digest::equals);
    }

    /** Nobody wants pods: there is nothing to verify and no one to serve. What was on its way begins anew later. */
    private boolean scaledToZero() {
        if (ctx.seen.replicas() > 0 || !RISING.contains(draft.phase)) {
            return false;
        }
        String given = Revision.named(ctx.candidate());
        draft.candidate = null;
        ctx.enter(RolloutPhase.IDLE, Reason.SCALED_TO_ZERO, "replicas is 0; %s waits".formatted(given));
        ctx.takeBack();
        return true;
    }

    private boolean superseded() {
        Optional<CertifiedVersion> wanted = ctx.seen.wanted();
        if (!RISING.contains(draft.phase)
                || wanted.isEmpty()
                || wanted.get().revision().equals(ctx.candidate().revision())
                || ctx.seen.selection().equals(new Selection.One(ctx.candidate().revision()))) {
            return false;
        }
        String old = Revision.named(ctx.candidate());
        boolean start = !rejected(wanted.get().revision())
                && (draft.stable == null
                        || !draft.stable.revision().equals(wanted.get().revision()));
        draft.candidate = start ? wanted.get().toVersion() : null;
        draft.analysis = List.of();
        ctx.enter(
                start ? RolloutPhase.PREPARING : RolloutPhase.IDLE,
                Reason.SUPERSEDED,
                "%s is given up for %s".formatted(old, Revision.named(wanted.get())));
        ctx.takeBack();
        return true;
    }

    /** To be added to what serves: nothing, or that pods move to other nodes. */
    private String leaving(Version version) {
        RevisionState state = ctx.seen.revisions().get(version.revision());
        return state == null || state.leaving() == 0
                ? ""
                : "; %d of its pods %s on a node that takes no new ones, and others come up elsewhere first%s"
                        .formatted(
                                state.leaving(),
                                state.leaving() == 1 ? "is" : "are",
                                state.why().map(why -> ": " + why).orElse(""));
    }

    private String serving() {
        Version stable = draft.stable;
        if (stable == null) {
            return "nothing serves";
        }
        return ctx.seen.ready(stable.revision()) > 0
                ? Revision.named(stable) + " serves"
                : ctx.waiting(stable, ctx.seen.replicas());
    }

    private void rollingBack() {
        if (ctx.takeBack()) {
            wantedInsteadOfStable();
            return;
        }
        Version gone = ctx.candidate();
        Rollback last = draft.lastRollback;
        if (draft.stable != null) {
            draft.stable = TargetDraft.wanting(draft.stable, 100);
        }
        ctx.keepStable();
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
                        ? "%s was taken away; nothing serves".formatted(Revision.named(gone))
                        : "%s was taken away; %s".formatted(Revision.named(gone), serving()));
    }

    /** Where stable can be had no more, what is taken back answers on until something that is wanted is verified. */
    private void wantedInsteadOfStable() {
        Version stable = draft.stable;
        if (stable == null || ctx.seen.ready(stable.revision()) > 0) {
            return;
        }
        ctx.seen
                .wanted()
                .filter(w -> !w.revision().equals(stable.revision()) && !rejected(w.revision()) && !waits(w))
                .ifPresent(newer -> {
                    draft.candidate = newer.toVersion();
                    draft.analysis = List.of();
                    ctx.enter(
                            RolloutPhase.PREPARING, Reason.PREPARING, "brings out %s".formatted(Revision.named(newer)));
                });
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
        ctx.keepStable();
    }

    private boolean rejected(String revision) {
        return draft.rejected.stream().anyMatch(r -> r.revision().equals(revision));
    }
}
