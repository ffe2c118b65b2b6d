package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import org.jspecify.annotations.Nullable;

import java.util.Optional;

/**
 * Which two revisions are compared in a phase: in the ramp the candidate with stable, in the bake the new stable with the
 * previous one.
 *
 * @param watched the revision that is judged
 * @param reference the one it is compared with
 */
public record ComparedVersions(String watched, Optional<String> reference) {
    /** Empty in phases without analysis. */
    public static Optional<ComparedVersions> of(TargetStatus status) {
        return switch (status.phase()) {
            case RAMPING, AWAITING_PROMOTION, PROMOTING -> of(status.candidate(), status.stable());
            case BAKING -> of(status.stable(), status.previous());
            case IDLE, PREPARING, WARMING, ROLLING_BACK, PAUSED -> Optional.empty();
        };
    }

    private static Optional<ComparedVersions> of(@Nullable Version watched, @Nullable Version reference) {
        return Optional.ofNullable(watched)
                .map(version -> new ComparedVersions(
                        version.revision(), Optional.ofNullable(reference).map(Version::revision)));
    }
}
