package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.planner.scrape.Silence;
import dev.edgeai.planner.status.Reason;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What takes a version back without waiting for the analysis: evidence about the version itself. Pods that were evicted,
 * deleted or never placed are no evidence.
 *
 * @param reason of the rollback
 * @param message what was seen
 */
record HardSignals(Reason reason, String message) {
    /** So long no pod answers before that says something of the version. */
    static final Duration SILENCE = Duration.ofSeconds(20);

    /** A version that is still coming up: refused, or crashing for a reason of its own. */
    static Optional<HardSignals> whileStarting(Version version, RolloutObservation seen) {
        RevisionState state = seen.revisions().get(version.revision());
        if (state == null) {
            return Optional.empty();
        }
        Optional<HardSignals> refusal = state.failure()
                .filter(f -> Blames.of(Reason.of(f)) == Blame.MODEL && Reason.of(f) != Reason.OUT_OF_MEMORY)
                .map(f -> new HardSignals(Reason.of(f), f.message()));
        return refusal.or(() -> crash(version, state));
    }

    /**
     * A version that has been ready: the same, and pods that run and have answered neither the kubelet nor the operator for
     * a while in which those of the version it is compared with answered on the same nodes without a break. One look is no
     * evidence: on a busy node a probe of either may come too late.
     */
    static Optional<HardSignals> whileServing(
            Version version, @Nullable Version reference, RolloutObservation seen, Instant now) {
        return whileStarting(version, seen).or(() -> unresponsive(version, reference, seen, now));
    }

    private static Optional<HardSignals> crash(Version version, RevisionState state) {
        boolean environment = state.failure()
                .filter(f -> Blames.of(Reason.of(f)) == Blame.ENVIRONMENT)
                .isPresent();
        return state.crashLooping() && !environment
                ? Optional.of(new HardSignals(
                        Reason.CRASH_LOOP, "pods of revision %s crash: %s".formatted(version.revision(), why(state))))
                : Optional.empty();
    }

    private static Optional<HardSignals> unresponsive(
            Version version, @Nullable Version reference, RolloutObservation seen, Instant now) {
        RevisionState state = seen.revisions().get(version.revision());
        if (state == null || reference == null || !seen.sameNodes()) {
            return Optional.empty();
        }
        return unready(version, reference, state, seen, now).or(() -> mute(version, reference, seen));
    }

    private static Optional<HardSignals> unready(
            Version version, Version reference, RevisionState state, RolloutObservation seen, Instant now) {
        // How long it lasts is told by one clock: a node's may be behind the operator's
        boolean lasts = state.silenceSeen()
                .filter(seenAt -> !seenAt.plus(SILENCE).isAfter(now))
                .isPresent();
        return state.silentSince()
                .filter(_ -> lasts)
                .flatMap(since -> Optional.ofNullable(seen.revisions().get(reference.revision()))
                        .flatMap(RevisionState::readySince)
                        .filter(ready -> ready.isBefore(since))
                        .map(ready -> new HardSignals(
                                Reason.PODS_NOT_READY,
                                "no pod of revision %s is ready any more since %s, while those of %s on the same nodes are: %s"
                                        .formatted(version.revision(), since, reference.revision(), why(state)))));
    }

    private static Optional<HardSignals> mute(Version version, Version reference, RolloutObservation seen) {
        return seen.live()
                .silence()
                .filter(Silence::isEvidence)
                .map(silence -> new HardSignals(
                        Reason.PODS_NOT_READY,
                        "no pod of revision %s answers in time any more since %s (%d looks in a row), while those of %s on the same nodes do"
                                .formatted(
                                        version.revision(), silence.since(), silence.rounds(), reference.revision())));
    }

    private static String why(RevisionState state) {
        return state.failure()
                .map(Failure::message)
                .or(state::message)
                .orElse("they run, and their probes get no answer in time; see the pods' logs");
    }
}
