package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.planner.status.Reason;

import java.time.Duration;
import java.util.Optional;

/**
 * What looking at a target came to.
 *
 * @param target of the spec
 * @param status to be written
 * @param run of the current inputs, as it was seen
 * @param replicas pods wanted
 * @param ready ready pods of the stable version
 * @param problem why the target could not be looked at, when a person has to act
 * @param suggestion what a person could do after a rollback
 * @param requeue when to look again
 */
record TargetOutcome(
        Target target,
        TargetStatus status,
        Optional<OptimizationRun> run,
        int replicas,
        int ready,
        Optional<Said> problem,
        Optional<String> suggestion,
        Optional<Duration> requeue) {

    /** A reason with its sentence. */
    record Said(Reason reason, String message) {}
}
