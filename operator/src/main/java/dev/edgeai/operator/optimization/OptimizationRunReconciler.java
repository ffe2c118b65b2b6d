package dev.edgeai.operator.optimization;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.operator.services.Services;
import dev.edgeai.operator.status.StatusWriter;
import dev.edgeai.planner.run.RunAction;
import dev.edgeai.planner.run.RunDecision;
import dev.edgeai.planner.run.RunExpiry;
import dev.edgeai.planner.run.RunMachine;
import dev.edgeai.planner.run.RunObservation;
import dev.edgeai.planner.run.Turns;
import dev.edgeai.planner.status.TargetOutcome.Failure;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Gathers a run's picture, asks the planner what follows, and makes it so: people are told, then the status is written,
 * then Jobs are made and deleted, so that no result is deleted before it is recorded.
 */
@ControllerConfiguration(name = "optimizationrun")
public final class OptimizationRunReconciler implements Reconciler<OptimizationRun> {
    private final Services services;
    private final RunActions actions;
    private final RunTriggers triggers;

    public OptimizationRunReconciler(Services services) {
        this.services = services;
        this.actions = new RunActions(services);
        this.triggers = new RunTriggers(services.settings());
    }

    @Override
    public List<EventSource<?, OptimizationRun>> prepareEventSources(EventSourceContext<OptimizationRun> context) {
        services.metrics()
                .runsByPhase(phase -> context.getPrimaryCache()
                        .list(run -> phase == RunTriggers.phase(run))
                        .count());
        return triggers.eventSources(context);
    }

    @Override
    public UpdateControl<OptimizationRun> reconcile(OptimizationRun run, Context<OptimizationRun> context) {
        if (context.isPrimaryResourceDeleted() || run.isMarkedForDeletion()) {
            return UpdateControl.noUpdate();
        }
        RunSnapshot picture = new RunGatherer(
                        services.client(),
                        services.seals(),
                        services.settings().namespace(),
                        triggers::nodes,
                        () -> context.getPrimaryCache().list(_ -> true).toList())
                .gather(run, services.clock().instant());
        OptimizationRunStatus current = currentStatus(run);
        RunDecision decision = RunMachine.decide(
                run.getMetadata().getGeneration(),
                run.getSpec(),
                current,
                observation(run, picture, current),
                picture.time());
        if (current.completionTime() == null) {
            actions.tellForeign(run, picture);
        }
        actions.tell(run, decision);
        StatusWriter.write(run, decision.status(), context, OptimizationRun::new);
        actions.count(run, current, decision.status());
        actions.apply(run, picture, decision);
        actions.endVainRetries(picture);
        Optional<Duration> left = RunExpiry.left(
                run.getSpec(),
                decision.status(),
                !run.getMetadata().getOwnerReferences().isEmpty(),
                picture.time());
        if (left.filter(time -> !time.isPositive()).isPresent()) {
            actions.expire(run);
            return UpdateControl.noUpdate();
        }
        return next(decision, Stream.concat(left.stream(), actions.refusal(run).map(_ -> Refusals.AGAIN).stream()));
    }

    @Override
    public ErrorStatusUpdateControl<OptimizationRun> updateErrorStatus(
            OptimizationRun run, Context<OptimizationRun> context, Exception e) {
        int before = context.getRetryInfo().map(RetryInfo::getAttemptCount).orElse(0);
        actions.tellFailed(run, Failure.of(1 + before, e));
        return ErrorStatusUpdateControl.noStatusUpdate();
    }

    private RunObservation observation(OptimizationRun run, RunSnapshot picture, OptimizationRunStatus current) {
        String accelerator =
                Objects.requireNonNullElse(current.accelerator(), run.getSpec().accelerator());
        RunObservation seen = picture.observation(services.config())
                .waitingForTurn(!Turns.isNext(
                        triggers.trialPods(), run.getMetadata().getNamespace(), accelerator, picture.time()));
        RunObservation refused = actions.refusal(run).map(seen::refused).orElse(seen);
        return services.keys()
                .lost()
                .map(why -> withoutKey(refused, current, why, picture.time()))
                .orElse(refused);
    }

    /** Without a key nothing is certified: the Jobs are not made, and the run says what it waits for. */
    private static RunObservation withoutKey(
            RunObservation seen, OptimizationRunStatus current, String why, Instant now) {
        return seen.withoutKey(current.trials().stream().map(TrialStatus::name).toList(), why, now);
    }

    private static UpdateControl<OptimizationRun> next(RunDecision decision, Stream<Duration> others) {
        UpdateControl<OptimizationRun> control = UpdateControl.noUpdate();
        Stream.concat(
                        others,
                        decision.actions().stream()
                                .filter(RunAction.Requeue.class::isInstance)
                                .map(action -> ((RunAction.Requeue) action).after()))
                .min(Comparator.naturalOrder())
                .ifPresent(after -> control.rescheduleAfter(Math.max(1, after.toMillis())));
        return control;
    }

    private static OptimizationRunStatus currentStatus(OptimizationRun run) {
        @Nullable OptimizationRunStatus status = run.getStatus();
        return status != null ? status : RunTriggers.EMPTY;
    }
}
