package dev.edgeai.operator.rollout;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.edgeai.operator.Services;
import dev.edgeai.operator.delivery.Names;
import dev.edgeai.operator.delivery.TargetRef;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;

import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** The few kinds of writes that rollouts need; each may be done twice. */
final class Cluster {
    private static final PatchContext MERGE = new PatchContext.Builder()
            .withPatchType(PatchType.JSON_MERGE)
            .withFieldManager(Services.FIELD_MANAGER)
            .build();

    private static final PatchContext JSON = new PatchContext.Builder()
            .withPatchType(PatchType.JSON)
            .withFieldManager(Services.FIELD_MANAGER)
            .build();

    private final KubernetesClient client;
    private final Consumer<HasMetadata> written;

    /** @param written told what the API server answered, so that the caches are never older than the own writes */
    Cluster(KubernetesClient client, Consumer<HasMetadata> written) {
        this.client = client;
        this.written = written;
    }

    /** Server-side applies the whole object. */
    void apply(HasMetadata wanted) {
        written.accept(client.resource(wanted)
                .fieldManager(Services.FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply());
    }

    /** Puts the pod template and the number of pods in the place of what others made of them. */
    void restore(Deployment wanted, Deployment seen) {
        ArrayNode patch = Serialization.jsonMapper().createArrayNode();
        patch.addObject()
                .put("op", "test")
                .put("path", "/metadata/uid")
                .put("value", seen.getMetadata().getUid());
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
        written.accept(client.resource(seen).patch(JSON, patch.toString()));
    }

    /** Applies an object unless the part that matters is as wanted already. */
    <T extends HasMetadata> void applyUnlessSame(T wanted, Optional<T> seen, Function<T, ?> part) {
        if (seen.map(part).filter(part.apply(wanted)::equals).isEmpty()) {
            apply(wanted);
        }
    }

    /** Makes an object that never changes, if it is not there. */
    void create(HasMetadata wanted) {
        try {
            written.accept(client.resource(wanted).create());
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    /** Changes the number of pods and nothing else; one that is gone is not missed. */
    void scale(TargetRef target, String revision, int replicas) {
        try {
            // Given as an object and not by name, as the client would read it first to patch it by name
            Deployment named = new DeploymentBuilder()
                    .withNewMetadata()
                    .withNamespace(target.namespace())
                    .withName(Names.deployment(target, revision))
                    .endMetadata()
                    .build();
            written.accept(client.resource(named).patch(MERGE, "{\"spec\":{\"replicas\":" + replicas + "}}"));
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }

    /** Deletes an object, and its dependents after it; one that is gone is not missed. */
    void delete(HasMetadata object) {
        client.resource(object)
                .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                .delete();
    }
}
