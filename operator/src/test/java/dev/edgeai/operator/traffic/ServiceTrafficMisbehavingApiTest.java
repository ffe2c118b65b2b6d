package dev.edgeai.operator.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.rollout.Serving;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.delivery.ServedTarget;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.misbehaving.MisbehavingApi;
import dev.edgeai.operator.misbehaving.MisbehavingApi.Asked;
import dev.edgeai.operator.ownership.OwnedObjects;
import dev.edgeai.planner.traffic.TrafficMode;
import dev.edgeai.planner.traffic.TrafficMode.Only;
import dev.edgeai.planner.traffic.TrafficMode.Split;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What moves users, as the API server gets it. */
class ServiceTrafficMisbehavingApiTest {
    private static final TargetRef REF = new TargetRef("vision", "digits", "cpu");
    private static final String PATH = "/api/v1/namespaces/vision/services/digits-cpu?fieldManager=edgeai-operator";
    private static final OperatorConfig CONFIG = Samples.yaml(Samples.CONFIG, OperatorConfig.class);
    private static final ServedTarget TARGET = new ServedTarget(
            REF,
            ServedTarget.ownedBy(
                    Samples.yaml("{metadata: {name: digits, namespace: vision, uid: m}}", EdgeModel.class)),
            CONFIG.accelerators().getFirst(),
            Samples.yaml("{}", Serving.class),
            Task.IMAGE_CLASSIFICATION,
            CONFIG,
            "");
    private static final Only BLUE = new Only("blue");
    private static final Only GREEN = new Only("green");

    private final MisbehavingApi api = new MisbehavingApi();
    private final OwnedObjects owned = new OwnedObjects(api.client(), new OwnedObjects.Cache() {
        @Override
        public Optional<HasMetadata> seen(HasMetadata object) {
            return Optional.empty();
        }

        @Override
        public void written(HasMetadata object) {}
    });
    private final ServiceTraffic traffic = new ServiceTraffic(owned::apply);

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void aRollbackIsOneWriteThatPinsTheServiceAndCarriesItsStatus() {
        send(new Split("blue", "green", 50), Optional.empty());
        send(BLUE, Optional.of("{intent}"));
        List<Asked> writes = api.writes();
        assertThat(writes).hasSize(2);
        assertThat(writes.getLast().method()).isEqualTo("PATCH");
        assertThat(writes.getLast().path())
                .as("taken back from whoever holds it")
                .isEqualTo(PATH + "&force=true");
        String uid = uid();
        assertThat(writes.getLast().body())
                .isEqualTo(Serialization.unmarshal("""
                apiVersion: v1
                kind: Service
                metadata:
                  name: digits-cpu
                  namespace: vision
                  uid: %s
                  labels: {app.kubernetes.io/managed-by: edgeai-operator, edgeai.dev/model: digits, edgeai.dev/target: cpu}
                  annotations: {edgeai.dev/rollback-intent: "{intent}"}
                  ownerReferences:
                    - {apiVersion: edgeai.dev/v1alpha1, kind: EdgeModel, name: digits, uid: m, controller: true, blockOwnerDeletion: true}
                spec:
                  selector: {app.kubernetes.io/component: serve, edgeai.dev/model: digits, edgeai.dev/target: cpu, edgeai.dev/revision: blue}
                  publishNotReadyAddresses: false
                  ports: [{name: http, appProtocol: http, protocol: TCP, port: 80, targetPort: %d}]
                """.formatted(uid, port()), JsonNode.class));
    }

    @Test
    void aSplitSelectsEveryRevisionAndNoEndpointIsWritten() {
        send(new Split("blue", "green", 50), Optional.empty());
        assertThat(api.writes()).singleElement().satisfies(write -> {
            assertThat(write.path()).as("new, so not forced").isEqualTo(PATH);
            assertThat(write.body().at("/spec/selector"))
                    .isEqualTo(Serialization.jsonMapper().valueToTree(REF.anyRevision()));
            assertThat(write.body().at("/metadata/annotations").isMissingNode())
                    .as("an earlier rollback's word does not stay")
                    .isTrue();
        });
    }

    @Test
    void whatIsAskedForAlreadyIsNotWrittenAgain() {
        send(BLUE, Optional.empty());
        send(BLUE, Optional.empty());
        assertThat(api.writes()).hasSize(1);
    }

    @Test
    void aServiceThatLeadsElsewhereIsSetRightWithItsType() {
        send(BLUE, Optional.empty());
        api.keep(new ServiceBuilder(seen().orElseThrow())
                .editSpec()
                .withType("ExternalName")
                .withExternalName("elsewhere")
                .endSpec()
                .build());
        send(BLUE, Optional.empty());
        assertThat(api.writes().getLast().body().at("/spec/type").asText()).isEqualTo("ClusterIP");
    }

    @Test
    void aWriteWhoseAnswerWasLostMovesUsersOnceAndNoWhereElse() {
        send(BLUE, Optional.empty());
        api.loseAnswer("PATCH", PATH, 504);
        send(GREEN, Optional.empty());
        List<Asked> writes = api.writes();
        assertThat(writes).hasSize(3);
        assertThat(writes.get(2)).isEqualTo(writes.get(1));
        send(GREEN, Optional.empty());
        assertThat(api.writes()).hasSize(3);
    }

    @Test
    void aRefusedWriteIsNoSuccess() {
        send(BLUE, Optional.empty());
        api.refuse("PATCH", PATH, 403, "denied by policy");
        assertThatThrownBy(() -> send(GREEN, Optional.empty()))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("denied by policy");
    }

    private void send(TrafficMode mode, Optional<String> intent) {
        traffic.apply(TARGET, new TrafficView(seen(), List.of(), Map.of()), mode, intent);
    }

    private Optional<Service> seen() {
        return Optional.ofNullable(api.client()
                .services()
                .inNamespace("vision")
                .withName("digits-cpu")
                .get());
    }

    private String uid() {
        return seen().orElseThrow().getMetadata().getUid();
    }

    private int port() {
        return seen().orElseThrow()
                .getSpec()
                .getPorts()
                .getFirst()
                .getTargetPort()
                .getIntVal();
    }
}
