package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;

import java.util.List;

/**
 * What to write and what to do.
 *
 * @param status the next status
 * @param actions in order
 */
public record RunDecision(OptimizationRunStatus status, List<RunAction> actions) {
    public RunDecision {
        actions = List.copyOf(actions);
    }
}
