package dev.edgeai.planner.optimization;

import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;

import java.time.Instant;

/** The state machine of an optimization run. */
public final class RunMachine {
    /**
     * What to do next for a run.
     *
     * @param generation {@code metadata.generation}
     * @param spec what was asked for
     * @param current the status as stored; of a new run an empty one
     * @param seen gathered at one moment
     * @param now the moment
     */
    public static RunDecision decide(
            long generation,
            OptimizationRunSpec spec,
            OptimizationRunStatus current,
            RunObservation seen,
            Instant now) {
        throw new UnsupportedOperationException("not built yet");
    }

    private RunMachine() {}
}
