package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus;

import java.util.List;

/**
 * What to do and what to write.
 *
 * @param actions in this order, before the status is written
 * @param status the next status of the target
 */
public record RolloutDecision(TargetStatus status, List<RolloutAction> actions) {
    public RolloutDecision {
        actions = List.copyOf(actions);
    }
}
