package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus.RejectedDigest;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatus.Waiting;
import dev.edgeai.api.v1alpha1.TargetStatusWaitingBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.version.CertifiedVersion;
import dev.edgeai.planner.version.Revision;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Nothing is on its way: the next version is brought out, unless it was rejected or has to wait. */
final class Idle {
    private final RolloutContext ctx;
    private final TargetDraft draft;

    Idle(RolloutContext ctx) {
        this.ctx = ctx;
        this.draft = ctx.draft;
    }

    void step() {
        Optional<CertifiedVersion> next = ctx.seen
                .wanted()
                .filter(w -> draft.next.stable() == null
                        || !draft.next.stable().revision().equals(w.revision()))
                .filter(w -> !draft.isRejected(w.revision()));
        if (next.isPresent() && ctx.seen.replicas() > 0 && !waits(next.get())) {
            draft.next.candidate(next.get().toVersion());
            draft.next.analysis(List.of());
            ctx.enter(
                    RolloutPhase.PREPARING,
                    Reason.PREPARING,
                    "brings out %s%s"
                            .formatted(
                                    Revision.named(next.get()),
                                    draft.next.stable() == null
                                            ? ""
                                            : ctx.ramp()
                                                    .said()
                                                    .map(s -> "; " + s)
                                                    .orElse("")));
            return;
        }
        draft.next.message(resting(next));
        if (draft.next.stable() != null) {
            draft.next.stable(TargetDraft.wanting(draft.next.stable(), 100));
            ctx.keepStable();
            ctx.takeBack();
        }
    }

    /** What was taken back for no fault of its own is tried again, but not at once. */
    boolean waits(CertifiedVersion next) {
        Waiting waiting = draft.next.waiting();
        if (waiting == null
                || !waiting.revision().equals(next.revision())
                || !waiting.policy().equals(ctx.policyKey())) {
            return false;
        }
        Duration left = Duration.between(ctx.now, Instant.parse(waiting.until()));
        Duration most = Backoff.after(waiting.attempts());
        if (left.compareTo(most) > 0) { // written by a clock that was ahead
            left = most;
            draft.next.waiting(TargetStatusWaitingBuilder.builder(waiting)
                    .until(ctx.now.plus(most).toString())
                    .build());
        }
        if (left.isPositive()) {
            ctx.again(left);
        }
        return left.isPositive();
    }

    private String resting(Optional<CertifiedVersion> next) {
        if (next.isPresent()) {
            Waiting waiting = draft.next.waiting();
            return ctx.seen.replicas() == 0 || waiting == null
                    ? "replicas is 0, so %s cannot be verified; it waits".formatted(Revision.named(next.get()))
                    : "%s is tried again at %s (tries so far: %d; edgeai.dev/retry with a new value tries at once): %s"
                            .formatted(
                                    Revision.named(next.get()), waiting.until(), waiting.attempts(), waiting.message());
        }
        Optional<RejectedDigest> refused = ctx.seen
                .wanted()
                .flatMap(w -> draft.next.rejected().stream()
                        .filter(r -> r.revision().equals(w.revision()))
                        .findFirst());
        if (refused.isPresent()) {
            return "revision %s was rejected (%s): %s; change the spec, or annotate edgeai.dev/retry with a new value"
                    .formatted(
                            refused.get().revision(),
                            refused.get().reason(),
                            refused.get().message());
        }
        if (draft.next.stable() != null) {
            return ctx.seen.replicas() == 0
                    ? "replicas is 0: nothing serves"
                    : ctx.serving() + leaving(draft.next.stable());
        }
        return draft.next.lastRollback() == null
                ? "waits for a certified variant"
                : "nothing serves; the last try was rolled back: "
                        + draft.next.lastRollback().message();
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
}
