package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.Promotion;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.planner.rollout.RolloutAction.SetTraffic;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.traffic.ReplicaSplit;
import dev.edgeai.planner.traffic.Selection;
import dev.edgeai.planner.traffic.TrafficMode;
import dev.edgeai.planner.traffic.TrafficMode.Only;
import dev.edgeai.planner.traffic.TrafficMode.Split;
import dev.edgeai.planner.version.Revision;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The way of a verified candidate up to full weight. */
final class RampUp {
    private static final int FULL = 100;

    /** Behind the revision in the annotation: a word that was meant for a step promotes no version that stands in. */
    private static final String ALONE = "/alone";

    private final RolloutContext ctx;
    private final TargetDraft draft;
    private final RolloutObservation seen;
    private final LiveAnalysis analysis;

    /** Whether the candidate serves in the place of a stable version that has no pods. */
    private boolean alone;

    RampUp(RolloutContext ctx) {
        this.ctx = ctx;
        this.draft = ctx.draft;
        this.seen = ctx.seen;
        this.analysis = new LiveAnalysis(ctx);
    }

    void ramping() {
        if (draft.next.stable() == null || ctx.ramp().isEmpty()) {
            finishRamp("there is no ramp to climb");
            return;
        }
        int index = Math.min(
                draft.next.step() == null ? 0 : draft.next.step(),
                ctx.policy.ramp().size() - 1);
        if (!atWeight(index) || analysis.rolledBack(ctx.candidate())) {
            return;
        }
        String at = "%d %%".formatted(ctx.candidate().weight());
        Instant holdEnds = draft.since.plus(ctx.ramp().hold(index));
        boolean skipped = skipped(seen.commands().skip(), "the step at " + at);
        boolean proven = ctx.policy.analysis().endStepsEarly() && analysis.isConclusive();
        if (!skipped && !proven && ctx.now.isBefore(holdEnds)) {
            ctx.again(Duration.between(ctx.now, holdEnds));
            draft.next.message("holds at " + at);
        } else if (!skipped && !analysis.passes()) {
            draft.next.message("holds at %s until the analysis passes: %s".formatted(at, analysis.undecided()));
        } else if (index + 1 < ctx.policy.ramp().size()) {
            enterStep(index + 1, "analysis passed at " + at);
        } else {
            finishRamp("analysis passed at " + at);
        }
    }

    /** A person's word, for what is told to be ended by it. */
    private boolean skipped(Optional<String> word, String what) {
        boolean given = draft.consume(Labels.SKIP, word, ctx.candidate().revision());
        if (given) {
            ctx.event(false, Reason.SKIPPED, "%s was ended by the annotation %s".formatted(what, Labels.SKIP));
        }
        return given;
    }

    /** Goes to this step of the ramp, or to the last of those that come to the same pods. */
    void enterStep(int step, String why) {
        int merged = ctx.ramp().merged(step);
        ctx.enter(
                RolloutPhase.RAMPING,
                Reason.RAMPING,
                "%s; on to %d %%%s"
                        .formatted(
                                why,
                                ctx.policy.ramp().get(merged).weight(),
                                ctx.ramp().said().map(s -> "; " + s).orElse("")));
        draft.next.step(merged);
    }

    void finishRamp(String why) {
        if (ctx.policy.promotion() == Promotion.MANUAL && draft.next.stable() != null) {
            ctx.enter(RolloutPhase.AWAITING_PROMOTION, Reason.AWAITING_PROMOTION, why + "; annotate " + approval());
        } else {
            ctx.enter(RolloutPhase.PROMOTING, Reason.PROMOTING, why + "; on to full weight");
        }
    }

    void awaitingPromotion() {
        if (draft.next.stable() != null && !ctx.ramp().isEmpty()) {
            boolean served = atWeight(ctx.policy.ramp().size() - 1) || alone;
            if (!served || analysis.rolledBack(ctx.candidate())) {
                return;
            }
        } else {
            ctx.keepStable();
            ctx.act(LiveObjects.exactly(ctx.candidate(), ctx.replicas(), seen));
            if (ctx.rolledBack(HardSignals.whileServing(ctx.candidate(), draft.next.stable(), seen, ctx.now))) {
                return;
            }
        }
        String revision = ctx.candidate().revision();
        if (ctx.policy.promotion() == Promotion.AUTOMATIC
                || draft.consume(Labels.PROMOTE, seen.commands().promote(), revision)) {
            ctx.enter(RolloutPhase.PROMOTING, Reason.PROMOTING, "promotion was granted");
        } else {
            draft.next.message("waits for the annotation " + approval());
        }
    }

    /** What grants the promotion of this revision; a value that was used up needs another one. */
    private String approval() {
        String revision = ctx.candidate().revision();
        String used = draft.next.consumed().getOrDefault(Labels.PROMOTE, "");
        String suffix = Commands.names(used, revision) ? "/" + ctx.now.getEpochSecond() : "";
        return Labels.PROMOTE + "=" + revision + suffix;
    }

    void promoting() {
        Version candidate = ctx.candidate();
        if (ctx.trafficIs(new Only(candidate.revision()))) {
            promoted(candidate);
            return;
        }
        if (ctx.rolledBack(HardSignals.whileServing(candidate, draft.next.stable(), seen, ctx.now))
                || analysis.burst()) {
            return;
        }
        if (draft.next.stable() != null) {
            ctx.act(LiveObjects.atLeast(draft.next.stable(), seen.replicas(), seen));
        }
        int pods = ctx.replicas();
        ctx.act(LiveObjects.atLeast(candidate, pods, seen));
        ctx.want(FULL);
        if (seen.ready(candidate.revision()) >= pods && seen.asApplied(candidate.revision())) {
            ctx.act(new SetTraffic(new Only(candidate.revision())));
            ctx.again(Duration.ZERO);
            return;
        }
        ctx.awaitPods(candidate, pods);
    }

    private void promoted(Version candidate) {
        draft.next.previous(draft.next.stable() == null ? null : TargetDraft.wanting(draft.next.stable(), 0));
        draft.next.stable(TargetDraft.wanting(candidate, 100));
        draft.next.candidate(null);
        draft.next.analysis(LiveAnalysis.carriedOn(draft.next.analysis()));
        if (draft.next.previous() == null) {
            draft.next.waiting(null);
            ctx.enter(
                    RolloutPhase.IDLE, Reason.ROLLED_OUT, Revision.named(candidate) + " serves, as the first version");
        } else {
            ctx.enter(
                    RolloutPhase.BAKING,
                    Reason.BAKING,
                    "%s serves alone; %s stays ready for %s"
                            .formatted(
                                    Revision.named(candidate),
                                    Revision.named(draft.next.previous()),
                                    ctx.policy.bake()));
        }
    }

    /**
     * Makes a weight of the ramp true; the hold begins again whenever it becomes or ceases to be true. When stable has fewer
     * pods than it should, the candidate has fewer too, as long as that can be. Users are not shared before stable has its
     * pods, unless that takes long: pods that fit on no node must hold back no newer version. When stable has none at all,
     * the verified candidate serves alone: better than nobody.
     */
    private boolean atWeight(int step) {
        Version candidate = ctx.candidate();
        Version stable = ctx.stable();
        if (ctx.rolledBack(HardSignals.whileServing(candidate, stable, seen, ctx.now))) {
            return false;
        }
        int weight = ctx.policy.ramp().get(step).weight();
        ReplicaSplit.Plan plan = ctx.ramp().plan(step);
        int stableReady = Math.min(seen.ready(stable.revision()), plan.stable());
        int pods = stableReady == 0 || stableReady == plan.stable()
                ? plan.candidate()
                : ReplicaSplit.candidateReplicas(weight, stableReady, plan.candidate());
        ctx.act(LiveObjects.exactly(stable, plan.stable(), seen));
        boolean stands = seen.ready(candidate.revision()) >= pods;
        boolean longAgo = !ctx.now.isBefore(draft.since.plus(HardSignals.SILENCE));
        alone = stands && stableReady == 0 && longAgo && seen.asApplied(candidate.revision());
        ctx.act(LiveObjects.exactly(candidate, alone ? Math.max(pods, ctx.replicas()) : pods, seen));
        Split split = new Split(stable.revision(), candidate.revision(), weight);
        if (alone) {
            serve(new Only(candidate.revision()));
        } else if (stableReady > 0 && isElsewhere(stable, candidate)) {
            serve(new Only(stable.revision()));
        } else if (stands && (stableReady == plan.stable() || stableReady > 0 && longAgo)) {
            serve(split);
        }
        boolean shared = seen.traffic().orElse(null) instanceof Split(String s, String c, int w)
                && s.equals(stable.revision())
                && c.equals(candidate.revision());
        boolean is = shared && stands && stableReady > 0;
        if (is != draft.wasAtWeight(weight, pods)) {
            draft.since = ctx.now;
        }
        if (stallsAgain(candidate, stable, stableReady == plan.stable())) {
            return false;
        }
        ctx.want(weight);
        if (alone) {
            standIn(candidate, ctx.waiting(stable, plan.stable()));
        } else if (!is) {
            awaitPods(stands ? stable : candidate, stands ? plan.stable() : pods);
        }
        return is;
    }

    /**
     * Pods that stall beside those of the other version and are back without load would go on so for ever: the one that
     * stalls too often makes way for the other.
     */
    private boolean stallsAgain(Version candidate, Version stable, boolean stableStands) {
        if (!(seen.selection() instanceof Selection.All)) {
            return false;
        }
        Optional<String> candidates = seen.silentSince(candidate.revision())
                .filter(_ -> stableStands && seen.sameNodes())
                .flatMap(since -> analysis.losesReadinessAgain(candidate, stable, since));
        Optional<String> stables = seen.silentSince(stable.revision())
                .filter(_ -> seen.ready(candidate.revision()) > 0)
                .flatMap(since -> analysis.losesReadinessAgain(stable, candidate, since));
        candidates.ifPresent(message -> ctx.rollBack(Reason.PODS_NOT_READY, message));
        stables.ifPresent(this::finishRamp);
        return candidates.isPresent() || stables.isPresent();
    }

    private void serve(TrafficMode mode) {
        if (!seen.selection().is(mode)) {
            ctx.act(new SetTraffic(mode));
        }
    }

    /** Users were left with a version before these two, while stable had no pods. */
    private boolean isElsewhere(Version stable, Version candidate) {
        return seen.selection() instanceof Selection.One(String revision)
                && !revision.equals(stable.revision())
                && !revision.equals(candidate.revision());
    }

    private void awaitPods(Version missing, int pods) {
        ctx.again(HardSignals.SILENCE);
        ctx.awaitPods(missing, pods);
    }

    /** What serves well alone for as long as anything may take is not taken back for what does not come. */
    private void standIn(Version candidate, String missing) {
        String stands = "%s; %s serves in its place".formatted(missing, Revision.named(candidate));
        String word = candidate.revision() + ALONE;
        boolean ramping = draft.next.phase() == RolloutPhase.RAMPING;
        draft.next.message(ramping ? "%s (%s=%s ends the wait)".formatted(stands, Labels.SKIP, word) : stands);
        boolean skipped =
                ramping && skipped(seen.commands().skip().filter(word::equals), "the wait for the stable version");
        if (skipped || (ctx.overdue() && ctx.policy.promotion() == Promotion.AUTOMATIC)) {
            Instant since = draft.since;
            alone = false;
            finishRamp(stands);
            if (draft.next.phase() == RolloutPhase.AWAITING_PROMOTION) {
                draft.since = since; // it stands in as before, with all its pods
            }
        }
    }
}
