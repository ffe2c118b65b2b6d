package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.v1alpha1.Blame;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.planner.status.Reason;
import org.jspecify.annotations.Nullable;

import java.util.Optional;

/**
 * What takes a version back without waiting for the analysis: evidence about the version itself. Pods that were evicted,
 * deleted or never placed are no evidence.
 *
 * @param reason of the rollback
 * @param message what was seen
 */
record HardSignals(Reason reason, String message) {
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
     * A version that has been ready: the same, and pods that run and answer no more while those of the version it is
     * compared with do.
     */
    static Optional<HardSignals> whileServing(Version version, @Nullable Version reference, RolloutObservation seen) {
        return whileStarting(version, seen).or(() -> unresponsive(version, reference, seen));
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
            Version version, @Nullable Version reference, RolloutObservation seen) {
        RevisionState state = seen.revisions().get(version.revision());
        if (state == null || reference == null || state.ready() > 0 || state.unresponsive() == 0) {
            return Optional.empty();
        }
        return Optional.ofNullable(seen.revisions().get(reference.revision()))
                .filter(like -> like.ready() > 0 && like.unresponsive() == 0)
                .map(like -> new HardSignals(
                        Reason.PODS_NOT_READY,
                        "no pod of revision %s is ready any more, while those of %s are: %s"
                                .formatted(version.revision(), reference.revision(), why(state))));
    }

    private static String why(RevisionState state) {
        return state.failure()
                .map(Failure::message)
                .or(state::message)
                .orElse("they run, and their probes get no answer in time; see the pods' logs");
    }
}
