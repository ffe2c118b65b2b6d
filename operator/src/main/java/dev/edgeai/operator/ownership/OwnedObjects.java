package dev.edgeai.operator.ownership;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.edgeai.operator.job.Seals;
import dev.edgeai.operator.services.Services;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.jspecify.annotations.Nullable;

import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The few kinds of writes that rollouts need; each may be done twice. None changes or deletes an object that another
 * EdgeModel, or anybody else, owns: whose it is, is read from the object itself and holds at the moment of the write.
 */
public final class OwnedObjects {
    private static final PatchContext MERGE = new PatchContext.Builder()
            .withPatchType(PatchType.JSON_MERGE)
            .withFieldManager(Services.FIELD_MANAGER)
            .build();

    private static final PatchContext JSON = new PatchContext.Builder()
            .withPatchType(PatchType.JSON)
            .withFieldManager(Services.FIELD_MANAGER)
            .build();

    /** Tells what would come of a write. */
    private static final PatchContext TRIED = new PatchContext.Builder()
            .withPatchType(PatchType.JSON)
            .withFieldManager(Services.FIELD_MANAGER)
            .withDryRun(List.of("All"))
            .build();

    /** The API server's answer to a write whose precondition, here the UID, does not hold. */
    private static final int UNPROCESSABLE = 422;

    private static final Set<Integer> GONE_OR_CHANGED =
            Set.of(HttpURLConnection.HTTP_NOT_FOUND, HttpURLConnection.HTTP_CONFLICT, UNPROCESSABLE);

    private static final int ATTEMPTS = 3;

    private final KubernetesClient client;
    private final Cache cache;

    /** What is known of objects without asking the API server. */
    public interface Cache {
        /** The object of the same kind, namespace and name. */
        Optional<HasMetadata> seen(HasMetadata object);

        /** Told what the API server answered, so that the cache is never older than the own writes. */
        void written(HasMetadata object);
    }

    public OwnedObjects(KubernetesClient client, Cache cache) {
        this.client = client;
        this.cache = cache;
    }

    /**
     * Server-side applies the whole object.
     *
     * @throws NameTakenException when the name belongs to somebody else
     */
    public void apply(HasMetadata wanted) {
        write(wanted, this::applyOver);
    }

    /**
     * Makes the budget, or puts its whole spec and the own labels in the place of what others made of them: what they added
     * beside an applied field stands, and of {@code minAvailable} and {@code maxUnavailable} the API takes only one.
     *
     * @throws NameTakenException when the name belongs to somebody else
     */
    public void replace(PodDisruptionBudget wanted) {
        write(wanted, (w, there) -> replaceSpec(wanted, there));
    }

    private void write(HasMetadata wanted, BiConsumer<HasMetadata, HasMetadata> over) {
        Optional<HasMetadata> ours = cache.seen(wanted).filter(seen -> Ownership.isShared(wanted, seen));
        // The cache has no object that is new, somebody else's, or lost its labels
        Optional<HasMetadata> there = ours.or(() -> live(wanted));
        if (there.isEmpty()) {
            applyFresh(wanted);
            return;
        }
        requireOurs(wanted, there.get());
        try {
            over.accept(wanted, there.get());
        } catch (KubernetesClientException e) {
            if (!GONE_OR_CHANGED.contains(e.getCode())) {
                throw e;
            }
            // it may have been replaced since
            writeAnew(wanted, there.get(), over, e);
        }
    }

    /**
     * Looks whether an object could be made.
     *
     * @throws NameTakenException when the name belongs to somebody else
     */
    public void requireFree(HasMetadata wanted) {
        if (cache.seen(wanted).filter(seen -> Ownership.isShared(wanted, seen)).isEmpty()) {
            live(wanted).ifPresent(there -> requireOurs(wanted, there));
        }
    }

    /** Not forced: one that somebody makes at this moment stays theirs. */
    private void applyFresh(HasMetadata wanted) {
        try {
            cache.written(
                    client.resource(wanted).fieldManager(Services.FIELD_MANAGER).serverSideApply());
        } catch (KubernetesClientException e) {
            live(wanted).ifPresent(other -> requireOurs(wanted, other));
            throw e;
        }
    }

    /** Forced, as the fields are ours whoever changed them; only on the very object that was looked at. */
    private void applyOver(HasMetadata wanted, HasMetadata there) {
        @Nullable String uid = wanted.getMetadata().getUid();
        wanted.getMetadata().setUid(there.getMetadata().getUid());
        try {
            cache.written(client.resource(wanted)
                    .fieldManager(Services.FIELD_MANAGER)
                    .forceConflicts()
                    .serverSideApply());
        } finally {
            wanted.getMetadata().setUid(uid);
        }
    }

    private void replaceSpec(PodDisruptionBudget wanted, HasMetadata there) {
        ArrayNode patch = onThisVery(there);
        write(
                patch,
                "labels",
                there.getMetadata().getLabels(),
                wanted.getMetadata().getLabels());
        patch.addObject()
                .put("op", "add")
                .put("path", "/spec")
                .set("value", Serialization.jsonMapper().valueToTree(wanted.getSpec()));
        cache.written(client.resource(there).patch(JSON, patch.toString()));
    }

    private void writeAnew(
            HasMetadata wanted,
            HasMetadata before,
            BiConsumer<HasMetadata, HasMetadata> over,
            KubernetesClientException refusal) {
        Optional<HasMetadata> now = live(wanted);
        if (now.isEmpty()) {
            applyFresh(wanted);
            return;
        }
        requireOurs(wanted, now.get());
        if (uid(now.get()).equals(uid(before))) {
            throw refusal;
        }
        over.accept(wanted, now.get());
    }

    /**
     * The one of this name, in no cache when it lost its labels.
     *
     * @throws NameTakenException when the name belongs to somebody else
     */
    public Optional<Deployment> find(Deployment wanted) {
        Optional<HasMetadata> there = live(wanted);
        there.ifPresent(found -> requireOurs(wanted, found));
        return there.map(Deployment.class::cast);
    }

    /** Makes a Deployment with the seal over what the API server makes of it. */
    public void create(Deployment wanted, Function<Deployment, String> seal) {
        Deployment stored = client.resource(wanted).dryRun().create();
        applyFresh(new DeploymentBuilder(wanted)
                .editMetadata()
                .addToAnnotations(Seals.SEAL, seal.apply(stored))
                .endMetadata()
                .build());
    }

    /**
     * Puts the pod template, the number of pods and the own labels in the place of what others made of them; applying would
     * leave standing what they added. Where they made nothing of the template only the seal is new, and no pod is replaced.
     *
     * @return whether anything but the seal and the labels had to be put right; not of one that is gone, or another by that
     *     name, which the next look sees
     */
    public boolean restore(Deployment wanted, Deployment seen, Function<Deployment, String> seal) {
        try {
            return put(wanted, seen, seal);
        } catch (KubernetesClientException e) {
            if (!GONE_OR_CHANGED.contains(e.getCode()) || isStillThere(seen)) {
                throw e;
            }
            return false;
        }
    }

    private boolean put(Deployment wanted, Deployment seen, Function<Deployment, String> seal) {
        ArrayNode patch = onThisVery(seen);
        write(
                patch,
                "labels",
                seen.getMetadata().getLabels(),
                wanted.getMetadata().getLabels());
        patch.addObject()
                .put("op", "replace")
                .put("path", "/spec/replicas")
                .put("value", wanted.getSpec().getReplicas());
        patch.addObject()
                .put("op", "replace")
                .put("path", "/spec/template")
                .set(
                        "value",
                        Serialization.jsonMapper().valueToTree(wanted.getSpec().getTemplate()));
        Deployment stored = client.resource(seen).patch(TRIED, patch.toString());
        write(patch, "annotations", seen.getMetadata().getAnnotations(), Map.of(Seals.SEAL, seal.apply(stored)));
        Deployment restored = client.resource(seen).patch(JSON, patch.toString());
        cache.written(restored);
        return !Objects.equals(
                seen.getMetadata().getGeneration(), restored.getMetadata().getGeneration());
    }

    /** The beginning of a patch that is void on another object of this name. */
    private static ArrayNode onThisVery(HasMetadata object) {
        ArrayNode patch = Serialization.jsonMapper().createArrayNode();
        patch.addObject().put("op", "test").put("path", "/metadata/uid").put("value", uid(object));
        return patch;
    }

    /** Each entry on its own: others write theirs there. */
    private static void write(
            ArrayNode patch, String map, @Nullable Map<String, String> seen, Map<String, String> wanted) {
        if (seen == null || seen.isEmpty()) {
            patch.addObject()
                    .put("op", "add")
                    .put("path", "/metadata/" + map)
                    .set("value", Serialization.jsonMapper().valueToTree(wanted));
            return;
        }
        wanted.forEach((name, value) -> patch.addObject()
                .put("op", "add")
                .put("path", "/metadata/" + map + "/" + name.replace("~", "~0").replace("/", "~1"))
                .put("value", value));
    }

    /** Applies an object unless the part that matters is as wanted already. */
    public <T extends HasMetadata> void applyUnlessSame(T wanted, Optional<T> seen, Function<T, ?> part) {
        if (seen.map(part).filter(part.apply(wanted)::equals).isEmpty()) {
            apply(wanted);
        }
    }

    /**
     * Makes an object that never changes, if it is not there.
     *
     * @throws NameTakenException when the name belongs to somebody else
     */
    public void create(HasMetadata wanted) {
        try {
            cache.written(client.resource(wanted).create());
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            live(wanted).ifPresent(there -> requireOurs(wanted, there));
        }
    }

    /** Writes one annotation and nothing else; one that is gone, or another by that name, is not missed. */
    public void annotate(Deployment seen, String name, String value) {
        patch(
                seen,
                "{\"metadata\":{\"uid\":\"%s\",\"annotations\":{\"%s\":\"%s\"}}}".formatted(uid(seen), name, value));
    }

    /** Changes the number of pods and nothing else; one that is gone, or another by that name, is not missed. */
    public void scale(Deployment seen, int replicas) {
        patch(seen, "{\"metadata\":{\"uid\":\"%s\"},\"spec\":{\"replicas\":%d}}".formatted(uid(seen), replicas));
    }

    private void patch(Deployment seen, String json) {
        try {
            cache.written(client.resource(seen).patch(MERGE, json));
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND && isStillThere(seen)) {
                throw e;
            }
        }
    }

    /** Deletes this very object, and its dependents after it; one that is gone or given away is not missed. */
    public void delete(HasMetadata object) {
        Optional<HasMetadata> there = Optional.of(object);
        for (int attempt = 1; there.isPresent(); attempt++) {
            try {
                // Fabric8 deletes in the background unless it is told otherwise
                client.resource(there.get())
                        .lockResourceVersion(there.get().getMetadata().getResourceVersion())
                        .delete();
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT || attempt == ATTEMPTS) {
                    throw e;
                }
            }
            // it changed since it was seen, at least its status; is it still the one, and ours?
            there = live(object)
                    .filter(now -> uid(now).equals(uid(object)))
                    .filter(now -> Ownership.isShared(object, now))
                    .filter(now -> now.getMetadata().getDeletionTimestamp() == null);
        }
    }

    private boolean isStillThere(HasMetadata seen) {
        return live(seen).filter(now -> uid(now).equals(uid(seen))).isPresent();
    }

    private Optional<HasMetadata> live(HasMetadata object) {
        return Optional.ofNullable(client.resource(object).get());
    }

    private static void requireOurs(HasMetadata wanted, HasMetadata there) {
        if (!Ownership.isShared(wanted, there)) {
            throw new NameTakenException(wanted, there);
        }
    }

    private static String uid(HasMetadata object) {
        return String.valueOf(object.getMetadata().getUid());
    }
}
