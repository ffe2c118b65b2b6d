package dev.edgeai.operator.rollout;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.operator.Services;
import dev.edgeai.operator.config.PrometheusAddresses;
import dev.edgeai.operator.delivery.ServedTarget;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.job.Json;
import dev.edgeai.operator.observation.Measurements;
import dev.edgeai.operator.observation.TargetObjects;
import dev.edgeai.operator.rollout.TargetOutcome.Said;
import dev.edgeai.operator.status.StatusWriter;
import dev.edgeai.operator.traffic.ServiceTraffic;
import dev.edgeai.operator.traffic.TrafficProvider;
import dev.edgeai.planner.rollout.RolloutMachine;
import dev.edgeai.planner.status.Reason;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Brings each target of an EdgeModel to the best certified variant: gathers what is there, asks the planner, makes it
 * so, and writes the status last.
 */
@ControllerConfiguration(
        name = "edgemodel",
        generationAwareEventProcessing = false,
        informer = @Informer(onUpdateFilter = ModelTriggers.WishesChanged.class))
public final class EdgeModelReconciler implements Reconciler<EdgeModel>, AutoCloseable {
    private static final int CLIENT_ERROR = 400;
    private static final int CONFLICT = 409;
    private static final int SERVER_ERROR = 500;

    /** "At once", with a little time for what was written to come true. */
    private static final long AT_ONCE_MILLIS = 20;

    private final Services services;
    private final ModelTriggers triggers = new ModelTriggers();
    private final Cluster cluster;
    private final Measurements measurements;
    private final TargetRollout rollout;
    private final UpgradeTurns turns;

    public EdgeModelReconciler(Services services) {
        this.services = services;
        this.cluster = new Cluster(services.client(), triggers::written);
        this.measurements = new Measurements(
                PrometheusAddresses.of(services.config().prometheus()), services.clock(), triggers::measured);
        this.turns = new UpgradeTurns(
                services.config().images().runtime(),
                services.config().rollout().maxConcurrentUpgrades());
        TrafficProvider traffic = new ServiceTraffic(cluster::apply);
        this.rollout = new TargetRollout(
                cluster, new RolloutActions(services, cluster, traffic), traffic, measurements, turns);
    }

    @Override
    public List<EventSource<?, EdgeModel>> prepareEventSources(EventSourceContext<EdgeModel> context) {
        turns.over(() -> context.getPrimaryCache().list(model -> true).toList());
        return triggers.eventSources(context);
    }

    @Override
    public UpdateControl<EdgeModel> reconcile(EdgeModel model, Context<EdgeModel> context) {
        if (model.isMarkedForDeletion()) {
            return UpdateControl.noUpdate(); // the owner references take everything along
        }
        Instant now = services.clock().instant();
        ModelObjects objects = new ModelObjects(model, context);
        List<KubernetesClientException> failures = new ArrayList<>();
        List<TargetOutcome> outcomes = model.getSpec().targets().stream()
                .map(target -> reconcile(model, target, objects, now, failures))
                .toList();
        EdgeModelStatus status = ModelSummary.of(model, outcomes, now);
        StatusWriter.write(model, status, context, EdgeModel::new);
        cleanUp(model, outcomes, objects);
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        UpdateControl<EdgeModel> control = UpdateControl.noUpdate();
        outcomes.stream()
                .flatMap(outcome -> outcome.requeue().stream())
                .min(Duration::compareTo)
                .ifPresent(after -> control.rescheduleAfter(Math.max(AT_ONCE_MILLIS, after.toMillis())));
        return control;
    }

    /** One target's failure to be written does not keep the others from moving. */
    private TargetOutcome reconcile(
            EdgeModel model,
            Target target,
            ModelObjects objects,
            Instant now,
            List<KubernetesClientException> failures) {
        TargetRef ref = ref(model, target.name());
        TargetStatus status = status(model, target.name(), now);
        Optional<AcceleratorProfile> profile = services.config().accelerators().stream()
                .filter(p -> p.name().equals(target.accelerator()))
                .findFirst();
        if (profile.isEmpty()) {
            return stopped(model, target, status, now, new Said(Reason.UNKNOWN_ACCELERATOR, unknown(target)));
        }
        if (!profile.get().delivery().contains(target.delivery())) {
            return stopped(
                    model, target, status, now, new Said(Reason.DELIVERY_NOT_ALLOWED, notAllowed(profile.get())));
        }
        ServedTarget served = new ServedTarget(
                ref,
                ServedTarget.ownedBy(model),
                profile.get(),
                target.serving(),
                model.getSpec().task(),
                services.config(),
                services.keys().trusted());
        try {
            TargetObjects seen = objects.of(ref);
            return rollout.reconcile(new TargetContext(
                    model, target, served, RollbackIntent.newest(status, seen), seen, objects.runs(ref), now));
        } catch (KubernetesClientException e) {
            failures.add(e);
            return stopped(model, target, status, now, refusal(e).orElse(null));
        }
    }

    /** What the API server will refuse again; anything else is tried again before a person is asked. */
    private static Optional<Said> refusal(KubernetesClientException e) {
        boolean refused = e.getCode() >= CLIENT_ERROR && e.getCode() < SERVER_ERROR && e.getCode() != CONFLICT;
        String why = e.getStatus() == null ? e.getMessage() : e.getStatus().getMessage();
        return refused
                ? Optional.of(new Said(Reason.INTERNAL_ERROR, "the API server refuses: " + why))
                : Optional.empty();
    }

    private String unknown(Target target) {
        return "there is no accelerator profile '" + target.accelerator() + "'; the operator's configuration has "
                + services.config().accelerators().stream()
                        .map(AcceleratorProfile::name)
                        .collect(Collectors.joining(", "));
    }

    private static String notAllowed(AcceleratorProfile profile) {
        return "accelerator '" + profile.name() + "' allows delivery "
                + profile.delivery().stream().map(Json::write).collect(Collectors.joining(" or "))
                + " only; set targets[].delivery, or delivery in the operator's configuration";
    }

    private static TargetOutcome stopped(
            EdgeModel model, Target target, TargetStatus status, Instant now, @Nullable Said problem) {
        int ready = status.stable() == null ? 0 : status.stable().readyReplicas();
        return new TargetOutcome(
                target,
                TargetContext.policy(model, target),
                status,
                Optional.empty(),
                ready,
                ready,
                Optional.ofNullable(problem),
                Optional.empty(),
                false,
                false,
                Optional.empty(),
                now);
    }

    /** Removes what belongs to removed targets, and old runs. */
    private void cleanUp(EdgeModel model, List<TargetOutcome> outcomes, ModelObjects objects) {
        for (TargetOutcome outcome : outcomes) {
            Housekeeping.oldRuns(
                            outcome.status(),
                            objects.runs(ref(model, outcome.target().name())))
                    .forEach(cluster::delete);
        }
        Set<String> removed = new TreeSet<>(objects.targets());
        outcomes.forEach(outcome -> removed.remove(outcome.target().name()));
        for (String target : removed) {
            TargetRef ref = ref(model, target);
            TargetObjects left = objects.of(ref);
            measurements.forget(ref);
            Housekeeping.serving(left).forEach(cluster::delete);
            objects.runs(ref).stream()
                    .filter(run -> run.getMetadata().getDeletionTimestamp() == null)
                    .forEach(cluster::delete);
        }
    }

    private static TargetStatus status(EdgeModel model, String target, Instant now) {
        EdgeModelStatus status = model.getStatus();
        return status == null
                ? RolloutMachine.begin(target, now)
                : status.targets().stream()
                        .filter(t -> t.name().equals(target))
                        .findFirst()
                        .orElseGet(() -> RolloutMachine.begin(target, now));
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
