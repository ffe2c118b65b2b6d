package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.RolloutPolicy;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.planner.status.Reason;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What looking at a target came to.
 *
 * @param target of the spec
 * @param policy of its rollout
 * @param status to be written
 * @param run of the current inputs, as it was seen
 * @param replicas pods wanted
 * @param ready ready pods of the stable version
 * @param problem why the target could not be looked at, when a person has to act
 * @param suggestion what follows a rollback, or what a person could do
 * @param behind whether something else serves than what should
 * @param waits whether the next try begins by itself
 * @param requeue when to look again
 * @param now when it was looked at
 */
record TargetOutcome(
        Target target,
        RolloutPolicy policy,
        TargetStatus status,
        Optional<OptimizationRun> run,
        int replicas,
        int ready,
        Optional<Said> problem,
        Optional<String> suggestion,
        boolean behind,
        boolean waits,
        Optional<Duration> requeue,
        Instant now) {

    /** A reason with its sentence. */
    record Said(Reason reason, String message) {}
}
