package dev.edgeai.operator.model;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.operator.delivery.ObjectNames;
import dev.edgeai.operator.delivery.ResolveJob;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.job.Seals;
import dev.edgeai.operator.observation.TargetObjects;
import dev.edgeai.operator.ownership.Ownership;
import dev.edgeai.operator.rollout.Housekeeping;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.javaoperatorsdk.operator.api.reconciler.Context;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The caches' view of everything that belongs to one EdgeModel, sorted by target. */
final class ModelObjects {
    private final EdgeModel model;
    private final Context<EdgeModel> context;
    private final Seals seals;

    /**
     * @param seals tells the operator's Jobs from others
     */
    ModelObjects(EdgeModel model, Context<EdgeModel> context, Seals seals) {
        this.model = model;
        this.context = context;
        this.seals = seals;
    }

    TargetObjects of(TargetRef target) {
        List<Job> jobs = jobs(target);
        List<Deployment> deployments = owned(Deployment.class, target);
        List<Pod> serving = labelled(Pod.class, target).stream()
                .filter(ModelObjects::serves)
                .toList();
        List<Pod> own = serving.stream().filter(pod -> isOf(deployments, pod)).toList();
        Stream<Pod> sending = labelled(Pod.class, target).stream()
                .filter(pod ->
                        jobs.stream().anyMatch(job -> seals.difference(job, pod).isEmpty()));
        return new TargetObjects(
                target,
                deployments,
                Stream.concat(own.stream(), sending).toList(),
                serving.stream().filter(pod -> !isOf(deployments, pod)).toList(),
                owned(Service.class, target),
                labelled(EndpointSlice.class, target),
                jobs,
                owned(PodDisruptionBudget.class, target));
    }

    /**
     * Whether a ReplicaSet of one of the Deployments made it; by UID, as labels and names are anybody's. Of a pod that says
     * so untruly the cluster makes an end: a ReplicaSet that is not there has its pods collected, one that is takes it in
     * and ends one too many. Who may say so at all is the admission policy's matter (docs/trust.md).
     */
    private boolean isOf(List<Deployment> deployments, Pod pod) {
        return Ownership.controller(pod).stream()
                .filter(owner -> HasMetadata.getKind(ReplicaSet.class).equals(owner.getKind()))
                .flatMap(owner -> context.getSecondaryResourcesAsStream(ReplicaSet.class)
                        .filter(set -> owner.getUid().equals(set.getMetadata().getUid())))
                .anyMatch(set -> deployments.stream()
                        .filter(deployment -> isOfOneRevision(deployment, pod))
                        .anyMatch(deployment -> Ownership.isControlledBy(
                                set, deployment.getMetadata().getUid())));
    }

    private static boolean isOfOneRevision(Deployment deployment, Pod pod) {
        return Objects.equals(
                labels(deployment).get(Labels.REVISION), labels(pod).get(Labels.REVISION));
    }

    /**
     * Of all its targets: the same inputs run once, under whatever name a target had then. Whoever writes here can make a
     * run and say that the model owns it; it counts when the operator sealed it, or chose it before there were seals.
     */
    List<OptimizationRun> runs() {
        return owned(OptimizationRun.class).stream().filter(this::isOurs).toList();
    }

    /** Those that somebody else made in the model's name. */
    List<OptimizationRun> foreignRuns() {
        return owned(OptimizationRun.class).stream().filter(run -> !isOurs(run)).toList();
    }

    private boolean isOurs(OptimizationRun run) {
        return seals.isSealed(run, model.getMetadata().getUid())
                || isChosen(run.getMetadata().getName());
    }

    /** By the status, which nobody but the operator may write. */
    private boolean isChosen(String run) {
        return Stream.ofNullable(model.getStatus())
                .flatMap(status -> status.targets().stream())
                .flatMap(Housekeeping::used)
                .anyMatch(run::equals);
    }

    /** Names of the targets that anything was made for. */
    Set<String> targets() {
        Set<String> names = new TreeSet<>();
        Stream.of(OptimizationRun.class, Deployment.class, Service.class, Job.class, PodDisruptionBudget.class)
                .map(this::owned)
                .flatMap(Collection::stream)
                .map(object -> labels(object).get(Labels.TARGET))
                .filter(Objects::nonNull)
                .forEach(names::add);
        return names;
    }

    /** Those that the operator made, by what it wrote then: whoever writes here can make others, and label all of them. */
    private List<Job> jobs(TargetRef target) {
        return owned(Job.class).stream()
                .filter(job -> target.target().equals(Seals.givenLabels(job).get(Labels.TARGET)))
                .filter(seals::isSealed)
                .toList();
    }

    /** Looks at the source's tag that the operator made for this model. */
    List<Job> looks() {
        return owned(Job.class).stream()
                .filter(job -> isLook(Seals.givenLabels(job)))
                .filter(seals::isSealed)
                .toList();
    }

    private boolean isLook(Map<String, String> given) {
        return ResolveJob.RESOLVE.equals(given.get(Labels.COMPONENT))
                && model.getMetadata().getName().equals(given.get(Labels.MODEL));
    }

    /** Pods of a Job of the operator that run what it gave them. */
    List<Pod> podsOf(Job job) {
        return context.getSecondaryResourcesAsStream(Pod.class)
                .filter(pod -> seals.difference(job, pod).isEmpty())
                .toList();
    }

    private static boolean serves(Pod pod) {
        return Labels.SERVE.equals(labels(pod).get(Labels.COMPONENT));
    }

    /** By its labels, and by its name: one that was labelled otherwise by hand is as good as lost, and made anew. */
    private <R extends HasMetadata> List<R> owned(Class<R> type, TargetRef target) {
        return owned(type).stream()
                .filter(object -> target.target().equals(labels(object).get(Labels.TARGET)))
                .filter(object -> ObjectNames.isOf(target, object))
                .toList();
    }

    /** Not those of an earlier EdgeModel of the same name, nor what somebody else labelled like ours. */
    private <R extends HasMetadata> List<R> owned(Class<R> type) {
        String uid = model.getMetadata().getUid();
        return context.getSecondaryResourcesAsStream(type)
                .filter(object -> Ownership.isControlledBy(object, uid))
                .toList();
    }

    private <R extends HasMetadata> List<R> labelled(Class<R> type, TargetRef target) {
        return context.getSecondaryResourcesAsStream(type)
                .filter(object -> target.target().equals(labels(object).get(Labels.TARGET)))
                .toList();
    }

    private static Map<String, String> labels(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }
}
