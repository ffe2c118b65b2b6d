package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Rollback;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import org.jspecify.annotations.Nullable;

/** Copies of a target's status with something changed. */
final class TargetStatuses {
    private TargetStatuses() {}

    static TargetStatus with(TargetStatus s, @Nullable Rollback lastRollback) {
        return TargetStatusBuilder.builder(s).lastRollback(lastRollback).build();
    }

    /** With the run of the present inputs. */
    static TargetStatus with(TargetStatus s, String run) {
        return TargetStatusBuilder.builder(s).run(run).build();
    }

    /** Of a target that is delivered as a bundle: no pods, so no traffic. */
    static TargetStatus bundle(
            TargetStatus s, @Nullable Version version, @Nullable String bundle, @Nullable String message) {
        return TargetStatusBuilder.builder()
                .name(s.name())
                .phase(RolloutPhase.IDLE)
                .run(s.run())
                .stable(version)
                .retry(s.retry())
                .message(message)
                .bundle(bundle)
                .consumed(s.consumed())
                .build();
    }
}
