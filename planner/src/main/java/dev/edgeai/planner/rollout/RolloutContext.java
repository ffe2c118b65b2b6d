package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Rollback;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatus.Waiting;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.planner.Fingerprints;
import dev.edgeai.planner.rollout.RolloutAction.DeleteProbes;
import dev.edgeai.planner.rollout.RolloutAction.DeleteWarmup;
import dev.edgeai.planner.rollout.RolloutAction.EnsureProbes;
import dev.edgeai.planner.rollout.RolloutAction.EnsureServices;
import dev.edgeai.planner.rollout.RolloutAction.RecordEvent;
import dev.edgeai.planner.rollout.RolloutAction.Requeue;
import dev.edgeai.planner.rollout.RolloutAction.SetTraffic;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.traffic.Ramp;
import dev.edgeai.planner.traffic.Selection;
import dev.edgeai.planner.traffic.TrafficMode;
import dev.edgeai.planner.traffic.TrafficMode.Only;
import dev.edgeai.planner.version.Revision;
import dev.edgeai.planner.warmup.Probing;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** One decision in the making: what was seen, the next status, and the actions so far. */
final class RolloutContext {
    /** Tries of one version that ended alike without evidence for or against it, before it is rejected. */
    static final int TRIES_WITHOUT_EVIDENCE = 3;

    /** What was written needs a moment to come true; its event comes sooner. */
    private static final Duration SETTLING = Duration.ofSeconds(1);

    private static final int ALL = 100;
    private static final int POLICY_KEY = 8;

    final RolloutObservation seen;
    final RolloutPolicy policy;
    final Instant now;
    final TargetDraft draft;
    private final List<RolloutAction> actions = new ArrayList<>();
    private final List<RecordEvent> events = new ArrayList<>();
    private @Nullable SetTraffic takingBack;
    private @Nullable EnsureProbes probes;
    private @Nullable Duration requeue;

    RolloutContext(TargetStatus current, RolloutObservation seen, RolloutPolicy policy, Instant now) {
        this.seen = seen;
        this.policy = policy;
        this.now = now;
        draft = new TargetDraft(current, now);
        draft.observe(seen);
    }

    Version candidate() {
        return Objects.requireNonNull(draft.next.candidate(), "a rollout in progress has a candidate");
    }

    Version stable() {
        return Objects.requireNonNull(draft.next.stable(), "this phase has a stable version");
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

    /** Few users leave a step undecided; once there are probes they go on until it ends. */
    void probeIfQuiet(Version watched, @Nullable Version reference) {
        boolean wanted = seen.probes().contains(watched.revision()) || Probing.wanted(policy, seen.live());
        probes = reference != null && wanted ? new EnsureProbes(watched, reference) : null;
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

    /**
     * Brings all traffic to stable. A stable version that has lost its pods is restored first, as long as others answer:
     * until then users stay with a version that they had before, and only with that one.
     *
     * @return whether the candidate, or several versions, may still get requests
     */
    boolean takeBack() {
        if (draft.next.stable() == null) {
            return false;
        }
        String home = draft.next.stable().revision();
        if (seen.selection().equals(new Selection.One(home))) {
            boolean others = seen.traffic().filter(t -> t.weightOf(home) < ALL).isPresent();
            if (others) {
                again(SETTLING);
            }
            return others;
        }
        if (seen.ready(home) == 0 && othersServe(home)) {
            keepStable();
            draft.next.message(
                    waiting(draft.next.stable(), replicas()) + "; it is restored before users are sent back to it");
            return !staysWithOthers();
        }
        takingBack = new SetTraffic(new Only(home));
        again(Duration.ZERO);
        return true;
    }

    /** Whether users get answers, and not from this version. */
    private boolean othersServe(String home) {
        return switch (seen.selection()) {
            case Selection.Nothing _ -> false;
            case Selection.One(String revision) -> !revision.equals(home) && seen.ready(revision) > 0;
            case Selection.All _ -> others(home).findFirst().isPresent();
        };
    }

    private Stream<String> others(String than) {
        return seen.revisions().keySet().stream()
                .filter(revision -> seen.ready(revision) > 0 && !revision.equals(than))
                .sorted();
    }

    /**
     * Leaves users with the one version that answers them instead of stable, and gives them to none that they did not have.
     * What is tried now goes on where nothing else answers, unless it is being taken away.
     *
     * @return whether they are with one version, and it may stay so
     */
    private boolean staysWithOthers() {
        String tried =
                draft.next.candidate() == null ? "" : draft.next.candidate().revision();
        boolean goesOn = draft.next.phase() != RolloutPhase.ROLLING_BACK;
        again(SETTLING);
        if (seen.selection() instanceof Selection.One(String revision)) {
            return goesOn || !revision.equals(tried);
        }
        Optional<String> other = others(tried).findFirst();
        if (other.isPresent()) {
            takingBack = new SetTraffic(new Only(other.get()));
            again(Duration.ZERO);
            return false;
        }
        return goesOn;
    }

    boolean overdue() {
        Instant deadline = draft.since.plus(policy.progressDeadline().duration());
        again(Duration.between(now, deadline));
        return !now.isBefore(deadline);
    }

    /** Gives up the candidate, or during the bake the version just promoted, for what the reason is known to mean. */
    void rollBack(Reason reason, String message) {
        rollBack(reason, message, Blames.of(reason));
    }

    /**
     * Gives up the candidate, or during the bake the version just promoted.
     *
     * @param blame the model's own fault rejects it; with no evidence it is rejected after a few tries that ended alike;
     *     what the environment did is tried again, later each time
     */
    void rollBack(Reason reason, String message, Blame blame) {
        int attempts = attempts(blame);
        boolean reject = blame == Blame.MODEL || (blame == Blame.UNKNOWN && attempts >= TRIES_WITHOUT_EVIDENCE);
        Version from = leave(reason, message, blame);
        if (reject) {
            draft.reject(from, reason.text(), message, now);
            draft.next.waiting(null);
        } else {
            draft.next.waiting(new Waiting(
                    from.revision(),
                    policyKey(),
                    attempts,
                    now.plus(Backoff.after(attempts)).toString(),
                    reason.text(),
                    message,
                    blame));
        }
    }

    /** A person gives it up: it does not come back by itself. */
    void abort(String message) {
        Version from = leave(Reason.ABORTED, message, Blame.PERSON);
        draft.reject(from, Reason.ABORTED.text(), message, now);
    }

    /** To the previous version, which is no verdict on the one that is left. */
    void goBack(String message) {
        leave(Reason.ROLLBACK_REQUESTED, message, Blame.PERSON);
    }

    private Version leave(Reason reason, String message, Blame blame) {
        actions.clear(); // nothing else of this decision may bring users to it
        probes = null;
        RolloutPhase during = draft.next.phase();
        if (draft.next.phase() == RolloutPhase.BAKING) {
            draft.next.candidate(stable());
            draft.next.stable(draft.next.previous());
            draft.next.previous(null);
        }
        Version from = candidate();
        String to = draft.next.stable() == null ? null : draft.next.stable().digest();
        draft.next.lastRollback(
                new Rollback(now.toString(), reason.text(), message, from.digest(), to, null, blame, during));
        draft.enter(RolloutPhase.ROLLING_BACK, now, "rolls back %s: %s".formatted(Revision.named(from), message));
        event(true, reason, "rolls back %s: %s".formatted(Revision.named(from), message));
        again(Duration.ZERO);
        takeBack();
        return from;
    }

    /** Tries of this revision under this policy that ended alike, with the one that ends now. */
    private int attempts(Blame blame) {
        Version from = draft.next.phase() == RolloutPhase.BAKING ? stable() : candidate();
        return Optional.ofNullable(draft.next.waiting())
                        .filter(w -> w.revision().equals(from.revision())
                                && w.policy().equals(policyKey()))
                        .filter(w -> w.blame() == blame)
                        .map(Waiting::attempts)
                        .orElse(0)
                + 1;
    }

    /** A wait belongs to the policy it was begun under: a changed one is tried at once. */
    String policyKey() {
        return Fingerprints.hex(POLICY_KEY, policy.toString());
    }

    /** Says what a version's pods wait for, until its time is over. */
    void awaitPods(Version version, int pods) {
        String waited = waiting(version, pods);
        draft.next.message(waited);
        if (overdue()) {
            expire(version, waited);
        }
    }

    /**
     * The pods did not come in time: the cluster or they say why. When nobody does and a pod ran undisturbed for long, it may
     * be the version; when none did, they were taken away again and again.
     */
    void expire(Version version, String waited) {
        Instant longAgo = now.minus(policy.progressDeadline().duration().dividedBy(2));
        boolean ranInVain = Optional.ofNullable(seen.revisions().get(version.revision()))
                .flatMap(RevisionState::runningSince)
                .filter(since -> since.isBefore(longAgo))
                .isPresent();
        Reason reason = Optional.ofNullable(seen.revisions().get(version.revision()))
                .flatMap(RevisionState::environment)
                .orElse(ranInVain ? Reason.PROGRESS_DEADLINE_EXCEEDED : Reason.POD_DISRUPTED);
        rollBack(reason, "%s; the progress deadline of %s is over".formatted(waited, policy.progressDeadline()));
    }

    boolean rolledBack(Optional<HardSignals> signal) {
        signal.ifPresent(s -> rollBack(s.reason(), s.message(), Blame.MODEL));
        return signal.isPresent();
    }

    void keepStable() {
        if (draft.next.stable() != null) {
            act(LiveObjects.exactly(draft.next.stable(), seen.replicas(), seen));
        }
    }

    void want(int candidateWeight) {
        draft.next.candidate(TargetDraft.wanting(candidate(), candidateWeight));
        if (draft.next.stable() != null) {
            draft.next.stable(TargetDraft.wanting(draft.next.stable(), 100 - candidateWeight));
        }
    }

    /** Pods of the candidate for the first weight it gets. */
    int firstReplicas() {
        return draft.next.stable() == null || ramp().isEmpty()
                ? replicas()
                : ramp().plan(0).candidate();
    }

    String waiting(Version version, int pods) {
        RevisionState state = seen.revisions().get(version.revision());
        if (state != null && state.silentSince().isPresent()) {
            again(HardSignals.SILENCE.dividedBy(2));
        }
        Optional<String> why = Optional.ofNullable(state).flatMap(RevisionState::why);
        return "%d of %d pods of %s are ready%s"
                .formatted(
                        seen.ready(version.revision()),
                        pods,
                        Revision.named(version),
                        why.map(w -> ": " + w).orElse(""));
    }

    /** What users have, in a sentence. */
    String serving() {
        Version stable = draft.next.stable();
        if (stable == null) {
            return "nothing serves";
        }
        return seen.ready(stable.revision()) > 0
                ? Revision.named(stable) + " serves"
                : waiting(stable, seen.replicas());
    }

    Ramp ramp() {
        return new Ramp(policy.ramp(), replicas(), policy.traffic().surge());
    }

    RolloutDecision decision() {
        List<RolloutAction> all = new ArrayList<>();
        if (takingBack != null) {
            all.add(takingBack);
            // Behind the one write that users wait for
            Optional.ofNullable(draft.next.stable())
                    .flatMap(stable -> LiveObjects.atLeast(stable, seen.replicas(), seen))
                    .ifPresent(all::add);
        } else {
            all.add(new EnsureServices(preview()));
            all.addAll(actions);
            all.addAll(LiveObjects.garbage(draft.live(), seen));
            String probed = probes == null ? "" : probes.watched().revision();
            seen.probes().stream()
                    .sorted()
                    .filter(revision -> !revision.equals(probed))
                    .forEach(revision -> all.add(new DeleteProbes(revision)));
            if (probes != null) {
                all.add(probes);
            }
            seen.warmups().stream()
                    .sorted()
                    .filter(revision -> !isWarming(revision))
                    .forEach(revision -> all.add(new DeleteWarmup(revision)));
        }
        all.addAll(events);
        if (requeue != null) {
            all.add(new Requeue(requeue));
        }
        return new RolloutDecision(draft.build(), all);
    }

    private boolean isWarming(String revision) {
        return draft.next.phase() == RolloutPhase.WARMING
                && draft.next.candidate() != null
                && draft.next.candidate().revision().equals(revision);
    }

    private Optional<String> preview() {
        return draft.next.phase() == RolloutPhase.ROLLING_BACK
                ? Optional.empty()
                : Optional.ofNullable(draft.next.candidate()).map(Version::revision);
    }
}
