package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.RolloutPolicy;
import dev.edgeai.api.v1alpha1.TargetStatus;

import java.time.Instant;

/** The state machine of a rollout; see docs/rollout.md. */
public final class RolloutMachine {
    /**
     * What to do next for one target.
     *
     * @param current its status; for a new target {@link #begin}
     * @param seen gathered at one moment
     * @param policy of this target, overrides applied
     * @param now the moment
     */
    public static RolloutDecision decide(
            TargetStatus current, RolloutObservation seen, RolloutPolicy policy, Instant now) {
        throw new UnsupportedOperationException("not built yet");
    }

    private RolloutMachine() {}
}
