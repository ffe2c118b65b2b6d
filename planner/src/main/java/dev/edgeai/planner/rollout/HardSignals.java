package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.planner.status.Reason;
import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.Set;

/**
 * What takes a version back without waiting for the analysis.
 *
 * @param reason of the rollback
 * @param message what was seen
 */
record HardSignals(Reason reason, String message) {
    /** Failures that say the artifact itself may not or cannot be served; the rest may pass with time. */
    private static final Set<Reason> REFUSALS = Set.of(
            Reason.CERTIFICATE_MISSING,
            Reason.CERTIFICATE_INVALID,
            Reason.CERTIFICATE_MISMATCH,
            Reason.DIGEST_MISMATCH,
            Reason.UNSAFE_ARCHIVE,
            Reason.TOO_LARGE,
            Reason.UNSUPPORTED_MODEL);

    /** A version that is still coming up: refused, or crashing for a reason of its own. */
    static Optional<HardSignals> whileStarting(Version version, RolloutObservation seen) {
        RevisionState state = seen.revisions().get(version.revision());
        if (state == null) {
            return Optional.empty();
        }
        Optional<HardSignals> refusal = state.failure()
                .filter(f -> REFUSALS.contains(Reason.of(f)))
                .map(f -> new HardSignals(Reason.of(f), f.message()));
        return refusal.or(() -> crash(version, state));
    }

    /** A version that has been ready: the same, and no ready pod any more. */
    static Optional<HardSignals> whileServing(Version version, RolloutObservation seen) {
        return whileStarting(version, seen)
                .or(() -> notReady(version, seen.revisions().get(version.revision())));
    }

    private static Optional<HardSignals> crash(Version version, RevisionState state) {
        boolean registry = state.failure()
                .filter(f -> Reason.of(f) == Reason.REGISTRY_UNAVAILABLE)
                .isPresent();
        return state.crashLooping() && !registry
                ? Optional.of(new HardSignals(
                        Reason.CRASH_LOOP, "pods of revision %s crash: %s".formatted(version.revision(), why(state))))
                : Optional.empty();
    }

    private static Optional<HardSignals> notReady(Version version, @Nullable RevisionState state) {
        return state != null && state.replicas() > 0 && state.ready() == 0
                ? Optional.of(new HardSignals(
                        Reason.PODS_NOT_READY,
                        "no pod of revision %s is ready any more: %s".formatted(version.revision(), why(state))))
                : Optional.empty();
    }

    private static String why(RevisionState state) {
        return state.failure().map(Failure::message).or(state::message).orElse("see the pods' logs");
    }
}
