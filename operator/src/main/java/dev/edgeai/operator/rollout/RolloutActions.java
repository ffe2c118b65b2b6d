package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Rollback;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusRollbackBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.operator.delivery.ObjectNames;
import dev.edgeai.operator.delivery.ProbeJob;
import dev.edgeai.operator.delivery.ServingServices;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.delivery.WarmupJob;
import dev.edgeai.operator.job.JobReader;
import dev.edgeai.operator.ownership.OwnedObjects;
import dev.edgeai.operator.services.Services;
import dev.edgeai.operator.status.Events;
import dev.edgeai.operator.traffic.TrafficRouter;
import dev.edgeai.planner.rollout.RevisionState;
import dev.edgeai.planner.rollout.RolloutAction;
import dev.edgeai.planner.rollout.RolloutDecision;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.traffic.TrafficMode;
import dev.edgeai.planner.warmup.Probing;
import dev.edgeai.planner.warmup.WarmupPlan;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Makes a rollout's decision true. Each action may be done twice. */
public final class RolloutActions {
    /** Time until pods of a revision that is neither stable nor candidate are looked at again. */
    private static final Duration OTHERS_LEAVE = Duration.ofSeconds(1);

    private final Services services;
    private final OwnedObjects owned;
    private final TrafficRouter traffic;
    private final Deployments deployments;
    private final RollbackIntent intents;

    public RolloutActions(Services services, OwnedObjects owned, TrafficRouter traffic, Deployments deployments) {
        this.services = services;
        this.owned = owned;
        this.traffic = traffic;
        this.deployments = deployments;
        this.intents = new RollbackIntent(services.seals());
    }

    /**
     * What came of a decision.
     *
     * @param status to be written
     * @param requeue when to look again
     */
    record Applied(TargetStatus status, Optional<Duration> requeue) {
        /** With what an offer says of the runtime. */
        Applied with(EligibleVersions offer, TargetContext target) {
            return new Applied(offer.told(target, status), sooner(requeue, offer.requeue()));
        }
    }

    /**
     * Does the actions in their order.
     *
     * @param decidedAt {@link System#nanoTime} of the verdict
     */
    Applied apply(TargetContext target, RolloutDecision decision, long decidedAt) {
        Optional<Duration> requeue = Optional.empty();
        TargetStatus status = decision.status();
        List<Deployments.Restored> restored = new ArrayList<>();
        for (RolloutAction action : decision.actions()) {
            Optional<Duration> wanted = apply(target, status, action, restored);
            requeue = sooner(requeue, wanted);
            if (action instanceof RolloutAction.SetTraffic) {
                status = withTimeToZero(target.status(), status, Duration.ofNanos(System.nanoTime() - decidedAt));
            }
        }
        restored.forEach(what -> tell(target, what)); // behind all that users wait for
        count(target.status().phase(), status.phase());
        return new Applied(status, requeue);
    }

    private Optional<Duration> apply(
            TargetContext target, TargetStatus next, RolloutAction action, List<Deployments.Restored> restored) {
        switch (action) {
            case RolloutAction.SetTraffic(TrafficMode mode) -> {
                if (othersWouldShare(target, mode)) {
                    return Optional.of(OTHERS_LEAVE);
                }
                traffic.apply(target.served(), target.objects().traffic(), mode, intents.of(target, next));
            }
            case RolloutAction.EnsureServices(Optional<String> preview) -> ensurePreview(target, preview);
            case RolloutAction.EnsureDeployment(Version version, int replicas) ->
                deployments.ensure(target, version, replicas).ifPresent(restored::add);
            case RolloutAction.ScaleDeployment(String revision, int replicas) ->
                target.objects().deployment(revision).ifPresent(seen -> owned.scale(seen, replicas));
            case RolloutAction.DeleteDeployment(String revision) ->
                target.objects().deployment(revision).ifPresent(owned::delete);
            case RolloutAction.StartWarmup(Version version, int requests) -> startWarmup(target, version);
            case RolloutAction.DeleteWarmup(String revision) ->
                target.objects().warmup(revision).ifPresent(owned::delete);
            case RolloutAction.EnsureProbes(Version watched, Version reference) ->
                ensureProbes(target, next, watched, reference);
            case RolloutAction.DeleteProbes(String revision) -> {
                // The Job last: it tells that there is something to delete
                target.objects()
                        .service(ObjectNames.referenceService(target.objects().ref()))
                        .ifPresent(owned::delete);
                target.objects().probe(revision).ifPresent(owned::delete);
            }
            case RolloutAction.RecordEvent event -> tell(target, next, event);
            case RolloutAction.Requeue(Duration after) -> {
                return Optional.of(after);
            }
        }
        return Optional.empty();
    }

    /** One Service over all revisions would also reach one that is neither stable nor candidate. */
    private static boolean othersWouldShare(TargetContext target, TrafficMode mode) {
        return mode instanceof TrafficMode.Split(String stable, String candidate, int weight)
                && target.objects().hasReadyPodsBesides(Set.of(stable, candidate));
    }

    private void ensurePreview(TargetContext target, Optional<String> revision) {
        String name = ObjectNames.previewService(target.objects().ref());
        if (revision.isEmpty()) {
            target.objects().service(name).ifPresent(owned::delete);
        } else {
            applyService(target, ServingServices.preview(target.served(), revision.get()));
        }
    }

    private void applyService(TargetContext target, Service wanted) {
        Optional<Service> seen = target.objects().service(wanted.getMetadata().getName());
        owned.applyUnlessSame(ServingServices.over(seen, wanted), seen, RolloutActions::reached);
    }

    /** What of a Service matters: which pods, and whether it leads to them. */
    private static List<Object> reached(Service service) {
        return List.of(
                Objects.requireNonNullElse(service.getSpec().getSelector(), Map.of()),
                ServingServices.leadsToPods(service));
    }

    private static boolean answers(TargetContext target, Version version) {
        RevisionState state =
                target.objects().revisions(target.nodes(), target.now()).get(version.revision());
        return state != null && state.ready() > 0;
    }

    private void startWarmup(TargetContext target, Version version) {
        // one that answers nobody would only be waited for
        Optional<Version> stable =
                Optional.ofNullable(target.status().stable()).filter(serving -> answers(target, serving));
        if (WarmupPlan.of(target.policy(), version, stable) instanceof WarmupPlan.Send plan) {
            // one whose result was lost with its pod
            target.objects().warmup(version.revision()).ifPresent(owned::delete);
            create(
                    target,
                    new WarmupJob(
                                    target.served(),
                                    version.revision(),
                                    stable.map(Version::revision),
                                    WarmupSpec.of(target, version),
                                    plan,
                                    target.policy().progressDeadline().duration())
                            .build());
        }
    }

    /** One that has ended goes, and another one is made at the next look. */
    private void ensureProbes(TargetContext target, TargetStatus next, Version watched, Version reference) {
        TargetRef ref = target.objects().ref();
        Optional<Job> there = target.objects().probe(watched.revision());
        if (there.filter(JobReader::hasEnded).isPresent()) {
            owned.delete(there.get());
            return;
        }
        applyService(target, ServingServices.reference(target.served(), reference.revision()));
        if (there.isEmpty()) {
            boolean baking = next.phase() == RolloutPhase.BAKING;
            create(
                    target,
                    new ProbeJob(
                                    target.served(),
                                    baking ? ObjectNames.stableService(ref) : ObjectNames.previewService(ref),
                                    watched.revision(),
                                    reference.revision(),
                                    WarmupSpec.of(target, watched),
                                    Probing.of(target.policy(), watched, reference),
                                    longest(target.policy()))
                            .build());
        }
    }

    /** Sealed, and under a name that nobody can take in advance: what it reports decides about a version. */
    private void create(TargetContext target, Job job) {
        String name = job.getMetadata().getName();
        String secret =
                services.seals().unguessable(target.model().getMetadata().getUid(), name);
        job.getMetadata().setName(ObjectNames.unguessable(name, secret));
        owned.create(services.seals().seal(job));
    }

    /** Longer than any step; the Job is deleted when its step ends. */
    private static Duration longest(RolloutPolicy policy) {
        return policy.ramp().stream()
                .map(step -> step.hold().duration())
                .reduce(policy.bake().duration().plus(policy.progressDeadline().duration()), Duration::plus);
    }

    private void tell(TargetContext target, TargetStatus next, RolloutAction.RecordEvent event) {
        TargetStatus before = target.status();
        // The state that is left, not the one that is entered: it is in the status, so a repetition has the same key
        String key = String.join(
                "/",
                before.name(),
                before.phase().name(),
                String.valueOf(before.step()),
                String.valueOf(before.since()),
                revision(before).or(() -> revision(next)).orElse(""));
        services.events()
                .tell(
                        target.model(),
                        event.warning() ? Events.Type.WARNING : Events.Type.NORMAL,
                        event.reason().text(),
                        "target " + before.name() + ": " + event.message(),
                        key);
    }

    private void tell(TargetContext target, Deployments.Restored restored) {
        String of = target.target().name();
        services.events()
                .tell(
                        target.model(),
                        Events.Type.WARNING,
                        Reason.RESTORED.text(),
                        "target " + of + ": " + restored.message(),
                        of + "/" + restored.key());
    }

    private static Optional<String> revision(TargetStatus status) {
        return Optional.ofNullable(status.candidate())
                .or(() -> Optional.ofNullable(status.stable()))
                .map(Version::revision);
    }

    private void count(RolloutPhase from, RolloutPhase to) {
        if (from != to) {
            services.metrics().rolloutTransition(from, to);
        }
    }

    /** The time from the verdict to the end of the write that took the traffic back, once for each rollback. */
    private TargetStatus withTimeToZero(TargetStatus before, TargetStatus after, Duration took) {
        Rollback rollback = after.lastRollback();
        if (rollback == null || rollback.millisToZeroWeight() != null || rollback.equals(before.lastRollback())) {
            return after;
        }
        services.metrics().registry().timer("edgeai.rollback.to.zero.weight").record(took);
        return TargetStatuses.with(
                after,
                TargetStatusRollbackBuilder.builder(rollback)
                        .millisToZeroWeight(took.toMillis())
                        .build());
    }

    static Optional<Duration> sooner(Optional<Duration> one, Optional<Duration> other) {
        return Stream.of(one, other).flatMap(Optional::stream).min(Duration::compareTo);
    }
}
