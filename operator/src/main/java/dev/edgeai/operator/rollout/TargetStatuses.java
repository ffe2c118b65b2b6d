package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.RolloutPhase;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Rollback;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import org.jspecify.annotations.Nullable;

import java.util.List;

/** Copies of a target's status with something changed. */
final class TargetStatuses {
    private TargetStatuses() {}

    static TargetStatus with(TargetStatus s, @Nullable Rollback lastRollback) {
        return new TargetStatus(
                s.name(),
                s.phase(),
                s.run(),
                s.step(),
                s.since(),
                s.pausedPhase(),
                s.stable(),
                s.candidate(),
                s.previous(),
                s.analysis(),
                lastRollback,
                s.rejected(),
                s.retry(),
                s.message(),
                s.bundle());
    }

    /** With the run of the present inputs. */
    static TargetStatus with(TargetStatus s, String run) {
        return new TargetStatus(
                s.name(),
                s.phase(),
                run,
                s.step(),
                s.since(),
                s.pausedPhase(),
                s.stable(),
                s.candidate(),
                s.previous(),
                s.analysis(),
                s.lastRollback(),
                s.rejected(),
                s.retry(),
                s.message(),
                s.bundle());
    }

    /** Of a target that is delivered as a bundle: no pods, so no traffic. */
    static TargetStatus bundle(
            TargetStatus s, @Nullable Version version, @Nullable String bundle, @Nullable String message) {
        return new TargetStatus(
                s.name(),
                RolloutPhase.IDLE,
                s.run(),
                null,
                null,
                null,
                version,
                null,
                null,
                List.of(),
                null,
                List.of(),
                s.retry(),
                message,
                bundle);
    }
}
