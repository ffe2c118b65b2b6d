package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.Blame;
import dev.edgeai.api.v1alpha1.RampStep;
import dev.edgeai.api.v1alpha1.RolloutPhase;
import dev.edgeai.api.v1alpha1.RolloutPolicy;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Rollback;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.planner.rollout.RolloutAction.DeleteWarmup;
import dev.edgeai.planner.rollout.RolloutAction.EnsureServices;
import dev.edgeai.planner.rollout.RolloutAction.RecordEvent;
import dev.edgeai.planner.rollout.RolloutAction.Requeue;
import dev.edgeai.planner.rollout.RolloutAction.SetTraffic;
import dev.edgeai.planner.rollout.TrafficMode.Only;
import dev.edgeai.planner.status.Reason;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** One decision in the making: what was seen, the next status, and the actions so far. */
final class RolloutContext {
    final RolloutObservation seen;
    final RolloutPolicy policy;
    final Instant now;
    final TargetDraft draft;
    private final List<RolloutAction> actions = new ArrayList<>();
    private final List<RecordEvent> events = new ArrayList<>();
    private @Nullable SetTraffic takingBack;
    private @Nullable Duration requeue;

    RolloutContext(TargetStatus current, RolloutObservation seen, RolloutPolicy policy, Instant now) {
        this.seen = seen;
        this.policy = policy;
        this.now = now;
        draft = new TargetDraft(current, now);
        draft.observe(seen);
    }

    Version candidate() {
        return Objects.requireNonNull(draft.candidate, "a rollout in progress has a candidate");
    }

    Version stable() {
        return Objects.requireNonNull(draft.stable, "this phase has a stable version");
    }

    /** Pods a version must have to serve alone: at least one, so that there is something to verify. */
    int replicas() {
        return Math.max(1, seen.replicas());
    }

    void act(RolloutAction action) {
        actions.add(action);
    }

    void act(Optional<RolloutAction> action) {
        action.ifPresent(actions::add);
    }

    void event(boolean warning, Reason reason, String message) {
        events.add(new RecordEvent(warning, reason, message));
    }

    /** Asks for another look after this time; the shortest wish counts. */
    void again(Duration after) {
        Duration wish = after.isNegative() ? Duration.ZERO : after;
        if (requeue == null || wish.compareTo(requeue) < 0) {
            requeue = wish;
        }
    }

    void enter(RolloutPhase phase, Reason reason, String message) {
        draft.enter(phase, now, message);
        event(false, reason, message);
        again(Duration.ZERO);
    }

    boolean trafficIs(TrafficMode mode) {
        return seen.traffic().filter(mode::equals).isPresent();
    }

    /** Sends all traffic to stable when it is not there: the only write of this decision. */
    boolean takeBack() {
        if (draft.stable == null || trafficIs(new Only(draft.stable.revision()))) {
            return false;
        }
        takingBack = new SetTraffic(new Only(draft.stable.revision()));
        again(Duration.ZERO);
        return true;
    }

    boolean overdue() {
        Instant deadline = draft.since.plus(policy.progressDeadline().duration());
        again(Duration.between(now, deadline));
        return !now.isBefore(deadline);
    }

    /**
     * Gives up the candidate, or during the bake the version just promoted.
     *
     * @param modelsFault whether it is rejected; what could not be measured is tried again later
     */
    void rollBack(Reason reason, String message, boolean modelsFault) {
        actions.clear(); // nothing else of this decision may bring users to it
        if (draft.phase == RolloutPhase.BAKING) {
            draft.candidate = stable();
            draft.stable = draft.previous;
            draft.previous = null;
        }
        Version from = candidate();
        String to = draft.stable == null ? null : draft.stable.digest();
        draft.lastRollback = new Rollback(
                now.toString(),
                reason.text(),
                message,
                from.digest(),
                to,
                null,
                modelsFault ? Blame.MODEL : Blame.ENVIRONMENT);
        if (modelsFault) {
            draft.reject(from, reason.text(), message, now);
        }
        draft.enter(RolloutPhase.ROLLING_BACK, now, "rolls back %s: %s".formatted(from.variant(), message));
        event(true, reason, "rolls back %s (revision %s): %s".formatted(from.variant(), from.revision(), message));
        again(Duration.ZERO);
        takeBack();
    }

    void rollBack(HardSignals signal) {
        rollBack(signal.reason(), signal.message(), true);
    }

    boolean rolledBack(Optional<HardSignals> signal) {
        signal.ifPresent(this::rollBack);
        return signal.isPresent();
    }

    void keepStable() {
        if (draft.stable != null) {
            act(LiveObjects.atLeast(draft.stable, seen.replicas(), seen));
        }
    }

    void want(int candidateWeight) {
        draft.candidate = TargetDraft.wanting(candidate(), candidateWeight);
        if (draft.stable != null) {
            draft.stable = TargetDraft.wanting(draft.stable, 100 - candidateWeight);
        }
    }

    int firstReplicas() {
        return draft.stable == null || ramp().isEmpty()
                ? replicas()
                : ReplicaSplit.candidateReplicas(ramp().getFirst().weight(), stableReplicas(), replicas());
    }

    int stableReplicas() {
        return Math.max(seen.replicas(), LiveObjects.replicas(stable(), seen));
    }

    String waiting(Version candidate, int pods) {
        RevisionState state = seen.revisions().get(candidate.revision());
        String why = state == null ? "" : state.message().map(m -> ": " + m).orElse("");
        return "%d of %d pods of %s are ready%s"
                .formatted(seen.ready(candidate.revision()), pods, candidate.variant(), why);
    }

    String overdue(String what) {
        return "%s; the progress deadline of %s is over".formatted(what, policy.progressDeadline());
    }

    List<RampStep> ramp() {
        return policy.ramp();
    }

    RolloutDecision decision() {
        List<RolloutAction> all = new ArrayList<>();
        if (takingBack != null) {
            all.add(takingBack);
        } else {
            all.add(new EnsureServices(preview()));
            all.addAll(actions);
            all.addAll(LiveObjects.garbage(draft.live(), seen));
            if (draft.phase != RolloutPhase.WARMING && draft.candidate != null && LiveObjects.warmupExists(seen)) {
                all.add(new DeleteWarmup(draft.candidate.revision()));
            }
        }
        all.addAll(events);
        if (requeue != null) {
            all.add(new Requeue(requeue));
        }
        return new RolloutDecision(draft.build(), all);
    }

    private Optional<String> preview() {
        return draft.phase == RolloutPhase.ROLLING_BACK
                ? Optional.empty()
                : Optional.ofNullable(draft.candidate).map(Version::revision);
    }
}
