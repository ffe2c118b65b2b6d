package dev.edgeai.operator.optimization;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.operator.Services;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;

/** Gathers a run's picture, asks the planner what follows, makes it so, and writes status last. */
@ControllerConfiguration(name = "optimizationrun")
public final class OptimizationRunReconciler implements Reconciler<OptimizationRun> {
    @SuppressWarnings("UnusedVariable")
    private final Services services;

    public OptimizationRunReconciler(Services services) {
        this.services = services;
    }

    @Override
    public UpdateControl<OptimizationRun> reconcile(OptimizationRun run, Context<OptimizationRun> context) {
        return UpdateControl.noUpdate();
    }
}
