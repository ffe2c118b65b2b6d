package dev.edgeai.operator.model;

import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.misbehaving.MisbehavingApi;
import dev.edgeai.operator.observation.TargetObjects;
import dev.edgeai.operator.ownership.OwnedObjects;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

class RemovedTargetsMisbehavingApiTest {
    private final MisbehavingApi api = new MisbehavingApi();
    private final OwnedObjects owned = new OwnedObjects(api.client(), new OwnedObjects.Cache() {
        @Override
        public Optional<HasMetadata> seen(HasMetadata object) {
            return Optional.empty();
        }

        @Override
        public void written(HasMetadata object) {}
    });

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void whatCannotBeDeletedKeepsNothingElse() {
        Deployment kept = api.keep(deployment("kept"));
        Deployment gone = api.keep(deployment("gone"));
        Deployment unused = api.keep(deployment("unused"));
        api.refuse("DELETE", "/deployments/digits-kept", 403, "denied the request: frozen");

        List<RuntimeException> failures = new RemovedTargets(owned)
                .cleanUp(List.of(left("kept", kept), left("gone", gone)), List.of(), List.of(unused));

        assertThat(failures)
                .singleElement()
                .satisfies(failure -> assertThat(failure).hasMessageContaining("frozen"));
        assertThat(api.client().resource(kept).get()).isNotNull();
        assertThat(api.client().resource(gone).get()).isNull();
        assertThat(api.client().resource(unused).get()).isNull();
    }

    private static TargetObjects left(String target, Deployment deployment) {
        return new TargetObjects(
                new TargetRef("vision", "digits", target),
                List.of(deployment),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    private static Deployment deployment(String target) {
        return Samples.yaml("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: digits-%1$s, namespace: vision,
                  labels: {edgeai.dev/model: digits, edgeai.dev/target: %1$s},
                  ownerReferences: [{apiVersion: edgeai.dev/v1alpha1, kind: EdgeModel, name: digits, uid: m, controller: true}]}
                """.formatted(target), Deployment.class);
    }
}
