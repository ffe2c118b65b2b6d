package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusVersionBuilder;
import dev.edgeai.operator.delivery.ServedTarget;
import dev.edgeai.operator.delivery.ServedVersion;
import dev.edgeai.operator.delivery.ServingDeployment;
import dev.edgeai.operator.job.Seals;
import dev.edgeai.operator.ownership.OwnedObjects;
import dev.edgeai.operator.services.Services;
import dev.edgeai.planner.Times;
import dev.edgeai.planner.rollout.RevisionState;
import dev.edgeai.planner.rollout.RevisionStateBuilder;
import dev.edgeai.planner.status.Reason;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The serving Deployments of a target. Whether one runs what the operator gave it is told by its seal: who wrote which
 * field stands in the object too, but any client may write that.
 */
public final class Deployments {
    private static final Logger LOG = LoggerFactory.getLogger(Deployments.class);

    private final Services services;
    private final OwnedObjects owned;

    /** Annotation of a Deployment whose pods were refused: when they were last asked for again. */
    private static final String ASKED = "edgeai.dev/asked-again";

    private static final Duration ASKED_EVERY = Duration.ofMinutes(1);
    private static final Set<Reason> REFUSED = EnumSet.of(Reason.QUOTA_EXCEEDED, Reason.POD_REFUSED);

    private final Silences silences = new Silences();

    public Deployments(Services services, OwnedObjects owned) {
        this.services = services;
        this.owned = owned;
    }

    /** As the planner sees them, by revision. */
    Map<String, RevisionState> revisions(TargetContext target) {
        Map<String, RevisionState> states = new HashMap<>();
        target.objects()
                .revisions(target.nodes(), target.now())
                .forEach((revision, state) -> states.put(
                        revision,
                        RevisionStateBuilder.builder(state)
                                .silenceSeen(silences.seen(target.objects().ref(), revision, state, target.now()))
                                .intact(target.objects()
                                        .deployment(revision)
                                        .filter(services.seals()::isSealed)
                                        .isPresent())
                                .build()));
        return Map.copyOf(states);
    }

    /**
     * What was put right.
     *
     * @param message for people
     * @param key what makes it a happening of its own
     */
    record Restored(String message, String key) {}

    /** Makes it, or restores one that others have a hand in. */
    Optional<Restored> ensure(TargetContext target, Version version, int replicas) {
        if (target.served().trustedKeys().isEmpty()) {
            throw new IllegalStateException(services.keys()
                    .lost()
                    .orElse("no key is trusted: every one has passed its end in signing.trustedUntil"));
        }
        Optional<Deployment> seen = target.objects()
                .deployment(version.revision())
                .filter(there -> there.getMetadata().getDeletionTimestamp() == null);
        Deployment wanted = build(target, target.servedFor(version), version, replicas);
        Optional<Deployment> there = seen.or(() -> owned.find(wanted));
        return there.isPresent() ? restore(target, version, there.get(), replicas) : make(target, version, wanted);
    }

    private Optional<Restored> restore(TargetContext target, Version version, Deployment there, int replicas) {
        Deployment kept =
                build(target, keys(target.servedFor(version), there), signed(target, version, there), replicas);
        boolean changed = owned.restore(kept, there, services.seals()::of);
        ObjectMeta was = there.getMetadata();
        boolean sealed = was.getAnnotations() != null && was.getAnnotations().containsKey(Seals.SEAL);
        return changed && sealed // one of an operator from before the seals is only taken over
                ? Optional.of(new Restored(
                        "Deployment %s was not as it was applied and is put right".formatted(was.getName()),
                        was.getUid() + "/" + was.getGeneration()))
                : Optional.empty();
    }

    private Optional<Restored> make(TargetContext target, Version version, Deployment wanted) {
        owned.create(wanted, services.seals()::of);
        Version stable = target.status().stable();
        boolean lost = stable != null
                && stable.revision().equals(version.revision())
                && target.status().bundle() == null; // what was a bundle had none
        return lost
                ? Optional.of(new Restored(
                        "Deployment %s of what serves was gone and is made again"
                                .formatted(wanted.getMetadata().getName()),
                        "gone/" + target.now().truncatedTo(ChronoUnit.MINUTES)))
                : Optional.empty();
    }

    /**
     * Has pods that were refused asked for again: a ReplicaSet that is refused asks ever later, up to a quarter of an hour,
     * and nothing tells it that a quota was raised. What is written to a Deployment comes to its ReplicaSet.
     */
    void askAgain(TargetContext target, Map<String, RevisionState> revisions) {
        revisions.forEach((revision, state) -> state.disturbance()
                .filter(d -> REFUSED.contains(d.reason()))
                .filter(d -> d.since().plus(ASKED_EVERY).isBefore(target.now()))
                .flatMap(_ -> target.objects().deployment(revision))
                .filter(deployment -> wasAsked(deployment)
                        .filter(time -> !time.plus(ASKED_EVERY).isBefore(target.now()))
                        .isEmpty())
                .ifPresent(deployment -> askAgain(deployment, target.now())));
    }

    /** What the pods lack stands in the status already; whoever refuses them may refuse this too, and it is tried again. */
    private void askAgain(Deployment deployment, Instant now) {
        try {
            owned.annotate(deployment, ASKED, now.toString());
        } catch (KubernetesClientException e) {
            LOG.warn(
                    "cannot have the pods of Deployment {} asked for again: {}",
                    deployment.getMetadata().getName(),
                    e.getMessage());
        }
    }

    private static Optional<Instant> wasAsked(Deployment deployment) {
        return Optional.ofNullable(deployment.getMetadata().getAnnotations())
                .map(annotations -> annotations.get(ASKED))
                .flatMap(Times::read);
    }

    /** One that an earlier version of the operator made keeps its name: two would serve the same revision. */
    private static Deployment build(TargetContext target, ServedTarget served, Version version, int replicas) {
        Deployment wanted = ServingDeployment.build(served, served(target, version), replicas);
        target.objects()
                .deployment(version.revision())
                .ifPresent(
                        seen -> wanted.getMetadata().setName(seen.getMetadata().getName()));
        return wanted;
    }

    /** With the keys that it has, as long as each is trusted: what is restored replaces no pod for a newer key. */
    private static ServedTarget keys(ServedTarget served, Deployment there) {
        return ServingDeployment.trustedKeys(there)
                .filter(served::trusts)
                .map(served::trusting)
                .orElse(served);
    }

    /** With the certificate that it has, as long as that is one of this artifact: signed anew it restarts no pod. */
    private static Version signed(TargetContext target, Version version, Deployment there) {
        return ServingDeployment.certificate(there)
                .filter(certificate -> target.runs().stream().anyMatch(run -> holds(run, version, certificate)))
                .map(certificate -> TargetStatusVersionBuilder.builder(version)
                        .certificate(certificate)
                        .build())
                .orElse(version);
    }

    private static boolean holds(OptimizationRun run, Version version, String certificate) {
        return run.getStatus() != null
                && run.getStatus().certificates().stream()
                        .anyMatch(held -> held.digest().equals(version.digest())
                                && held.certificate().equals(certificate));
    }

    /** As it was brought out; a status of an earlier release does not know with which image. */
    private static ServedVersion served(TargetContext target, Version version) {
        return new ServedVersion(
                version.revision(),
                version.artifact(),
                version.certificate(),
                Optional.ofNullable(version.image())
                        .orElse(target.served().config().images().runtime()));
    }
}
