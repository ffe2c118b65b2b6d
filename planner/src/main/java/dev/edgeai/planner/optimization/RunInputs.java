package dev.edgeai.planner.optimization;

import dev.edgeai.api.v1alpha1.EdgeModelSpec;
import dev.edgeai.api.v1alpha1.GateOverrides;
import dev.edgeai.api.v1alpha1.Gates;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.Target;

/** The search that an EdgeModel asks for on one target. */
public final class RunInputs {
    /** What is absent takes its default, so that equal wishes give equal specifications. */
    @SuppressWarnings("NullAway") // the record completes them
    public static OptimizationRunSpec of(EdgeModelSpec model, Target target) {
        return new OptimizationRunSpec(
                model.source(),
                model.task(),
                model.evaluation(),
                target.accelerator(),
                model.objectives(),
                gates(model, target),
                target.search(),
                null,
                null);
    }

    private static Gates gates(EdgeModelSpec model, Target target) {
        GateOverrides overrides = target.gates();
        return overrides == null ? model.gates() : overrides.over(model.gates());
    }

    private RunInputs() {}
}
