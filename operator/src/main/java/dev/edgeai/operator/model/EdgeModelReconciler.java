package dev.edgeai.operator.model;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.operator.config.PrometheusAddresses;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.observation.Measurements;
import dev.edgeai.operator.observation.NodeFacts;
import dev.edgeai.operator.observation.TargetObjects;
import dev.edgeai.operator.ownership.OwnedObjects;
import dev.edgeai.operator.rollout.Budgets;
import dev.edgeai.operator.rollout.Deployments;
import dev.edgeai.operator.rollout.Failures;
import dev.edgeai.operator.rollout.Housekeeping;
import dev.edgeai.operator.rollout.ModelRuns;
import dev.edgeai.operator.rollout.RolloutActions;
import dev.edgeai.operator.rollout.TargetGuard;
import dev.edgeai.operator.rollout.TargetRollout;
import dev.edgeai.operator.rollout.UpgradeTurns;
import dev.edgeai.operator.services.Services;
import dev.edgeai.operator.status.StatusWriter;
import dev.edgeai.operator.traffic.ServiceTraffic;
import dev.edgeai.operator.traffic.TrafficRouter;
import dev.edgeai.planner.rollout.RolloutMachine;
import dev.edgeai.planner.status.ModelSummary;
import dev.edgeai.planner.status.TargetOutcome;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;

import java.io.Serial;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Brings each target of an EdgeModel to the best certified variant: gathers what is there, asks the planner, makes it
 * so, and writes the status last.
 */
@ControllerConfiguration(
        name = "edgemodel",
        generationAwareEventProcessing = false,
        informer = @Informer(onUpdateFilter = ModelTriggers.WishesChanged.class))
public final class EdgeModelReconciler implements Reconciler<EdgeModel>, AutoCloseable {
    /** "At once", with a little time for what was written to come true. */
    private static final long AT_ONCE_MILLIS = 20;

    /** At least so often, for what no event tells: an object of somebody else that is in the way is in no cache. */
    private static final Duration LOOK = Duration.ofSeconds(30);

    private final Services services;
    private final ModelTriggers triggers = new ModelTriggers();
    private final OwnedObjects owned;
    private final Measurements measurements;
    private final UpgradeTurns turns;
    private final TargetGuard guard;
    private final RemovedTargets removedTargets;
    private final SourceLook sourceLook;
    /** How often in a row something went wrong beside, by UID. */
    private final Map<String, Integer> failedBeside = new ConcurrentHashMap<>();

    private final ModelEvents events;

    public EdgeModelReconciler(Services services) {
        this.services = services;
        this.owned = new OwnedObjects(services.client(), triggers);
        this.measurements = new Measurements(
                PrometheusAddresses.of(services.config().prometheus()), services.clock(), triggers::measured);
        this.turns = new UpgradeTurns(
                services.config().images().runtime(),
                services.config().rollout().maxConcurrentUpgrades());
        TrafficRouter traffic = new ServiceTraffic(owned::apply);
        Deployments deployments = new Deployments(services, owned);
        TargetRollout rollout = new TargetRollout(
                owned,
                new RolloutActions(services, owned, traffic, deployments),
                deployments,
                new ModelRuns(owned, services.seals()),
                traffic,
                measurements,
                new Budgets(owned, services.events()),
                turns);
        this.guard = new TargetGuard(services, () -> NodeFacts.of(triggers.nodes()), rollout::reconcile);
        this.removedTargets = new RemovedTargets(owned);
        this.sourceLook = new SourceLook(services, owned);
        this.events = new ModelEvents(services);
    }

    @Override
    public List<EventSource<?, EdgeModel>> prepareEventSources(EventSourceContext<EdgeModel> context) {
        turns.over(() -> context.getPrimaryCache().list(_ -> true).toList());
        return triggers.eventSources(context);
    }

    @Override
    public UpdateControl<EdgeModel> reconcile(EdgeModel model, Context<EdgeModel> context) {
        if (model.isMarkedForDeletion()) {
            return UpdateControl.noUpdate(); // the owner references take everything along
        }
        Instant now = services.clock().instant();
        ModelObjects objects = new ModelObjects(model, context, services.seals());
        Failures failures = new Failures();
        int times = times(model, context);
        List<TargetOutcome> outcomes = model.getSpec().targets().stream()
                .map(target -> guard.look(
                        model,
                        target,
                        status(model, target.name(), now),
                        objects.of(ref(model, target.name())),
                        objects.runs(),
                        now,
                        times,
                        failures))
                .toList();
        List<TargetStatus> servingOn = RemovedTargets.servingOn(model, outcomes);
        SourceLook.Looked looked = sourceLook.look(
                model,
                objects,
                outcomes,
                events.tell(model, objects, ModelSummary.of(model, outcomes, servingOn, now)),
                now);
        StatusWriter.write(model, looked.status(), context, EdgeModel::new);
        List<RuntimeException> leftover = cleanUp(model, outcomes, servingOn, objects);
        if (!leftover.isEmpty()) {
            events.notCleanedUp(model, TargetOutcome.Failure.of(times, leftover.getFirst()));
            failures.beside().addAll(leftover);
        }
        sourceLook.cleanUp(looked);
        if (failures.beside().isEmpty()) {
            failedBeside.remove(model.getMetadata().getUid());
        } else {
            failedBeside.put(model.getMetadata().getUid(), times);
        }
        if (!failures.stopping().isEmpty()) {
            throw new TargetFailedException(failures.stopping().getFirst());
        }
        Duration after = Stream.concat(outcomes.stream().map(TargetOutcome::requeue), Stream.of(looked.again()))
                .flatMap(Optional::stream)
                .min(Duration::compareTo)
                .filter(wanted -> wanted.compareTo(LOOK) < 0)
                .orElse(LOOK);
        return UpdateControl.<EdgeModel>noUpdate().rescheduleAfter(Math.max(AT_ONCE_MILLIS, after.toMillis()));
    }

    /** A target's failure is in the status already; anything else is said here. */
    @Override
    public ErrorStatusUpdateControl<EdgeModel> updateErrorStatus(
            EdgeModel model, Context<EdgeModel> context, Exception e) {
        if (!(e instanceof TargetFailedException) && !model.isMarkedForDeletion()) {
            TargetOutcome.Failure failure = TargetOutcome.Failure.of(times(model, context), e);
            StatusWriter.write(
                    model, ModelSummary.failed(model, failure, services.clock().instant()), context, EdgeModel::new);
        }
        return ErrorStatusUpdateControl.noStatusUpdate();
    }

    /** How often in a row it has failed if it fails this time. */
    private int times(EdgeModel model, Context<EdgeModel> context) {
        int retries = context.getRetryInfo().map(RetryInfo::getAttemptCount).orElse(0);
        return 1
                + Math.max(
                        retries, failedBeside.getOrDefault(model.getMetadata().getUid(), 0));
    }

    private List<RuntimeException> cleanUp(
            EdgeModel model, List<TargetOutcome> outcomes, List<TargetStatus> servingOn, ModelObjects objects) {
        Set<String> present =
                outcomes.stream().map(outcome -> outcome.target().name()).collect(Collectors.toSet());
        List<TargetObjects> removed = objects.targets().stream()
                .filter(target -> !present.contains(target))
                .sorted()
                .map(target -> objects.of(ref(model, target)))
                .toList();
        removed.forEach(left -> measurements.forget(left.ref()));
        List<TargetStatus> statuses = Stream.concat(outcomes.stream().map(TargetOutcome::status), servingOn.stream())
                .toList();
        return removedTargets.cleanUp(removed, servingOn, Housekeeping.oldRuns(statuses, objects.runs()));
    }

    /** Thrown when all that could be done was done and said, so that the rest is tried again. */
    private static final class TargetFailedException extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1L;

        TargetFailedException(RuntimeException first) {
            super(first.getMessage(), first);
        }
    }

    private static TargetStatus status(EdgeModel model, String target, Instant now) {
        EdgeModelStatus status = model.getStatus();
        return status == null
                ? RolloutMachine.begin(target, now)
                : status.targets().stream()
                        .filter(t -> t.name().equals(target))
                        .findFirst()
                        .orElseGet(() -> RolloutMachine.begin(target, now, status.targets()));
    }

    private static TargetRef ref(EdgeModel model, String target) {
        return new TargetRef(
                model.getMetadata().getNamespace(), model.getMetadata().getName(), target);
    }

    @Override
    public void close() {
        measurements.close();
    }
}
