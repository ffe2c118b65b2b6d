package dev.edgeai.operator.ownership;

import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.misbehaving.MisbehavingApi;
import dev.edgeai.operator.misbehaving.MisbehavingApi.Asked;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Writes that are refused, lost, or come to another object than the one that was looked at. */
class OwnedObjectsMisbehavingApiTest {
    private static final String SERVICES = "/services/";
    private static final String DEPLOYMENTS = "/deployments/";

    private final MisbehavingApi api = new MisbehavingApi();
    private final Map<String, HasMetadata> cache = new HashMap<>();
    private final OwnedObjects owned = new OwnedObjects(api.client(), new OwnedObjects.Cache() {
        @Override
        public Optional<HasMetadata> seen(HasMetadata object) {
            return Optional.ofNullable(cache.get(object.getMetadata().getName()));
        }

        @Override
        public void written(HasMetadata object) {
            cache.put(object.getMetadata().getName(), object);
        }
    });

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void whatIsNewIsNotForcedAndWhatIsOursIsForcedOnThatVeryObject() {
        owned.apply(service("blue", "model"));
        owned.apply(service("green", "model"));
        List<Asked> writes = api.writes();
        assertThat(writes).hasSize(2);
        assertThat(writes.getFirst().path())
                .contains("fieldManager=edgeai-operator")
                .doesNotContain("force=true");
        assertThat(writes.getFirst().body().at("/metadata/uid").isMissingNode()).isTrue();
        assertThat(writes.getLast().path()).contains("fieldManager=edgeai-operator", "force=true");
        assertThat(writes.getLast().body().at("/metadata/uid").asText()).startsWith("uid-");
        assertThat(writes.getLast().body().at("/metadata/resourceVersion").isMissingNode())
                .as("whoever wrote in between, the fields are ours")
                .isTrue();
    }

    @Test
    void aWriteThatWasDoneAndNotAnsweredIsRepeatedAsItWas() {
        owned.apply(service("blue", "model"));
        api.loseAnswer("PATCH", SERVICES, 500);
        owned.apply(service("green", "model"));
        List<Asked> writes = api.writes();
        assertThat(writes).hasSize(3);
        assertThat(writes.get(2)).isEqualTo(writes.get(1));
    }

    @Test
    void whatAnotherMadeInBetweenUnderTheNameStaysTheirs() {
        owned.apply(service("blue", "model"));
        api.lose(service("blue", "model"));
        Service theirs = api.keep(service("theirs", "another"));
        assertThatThrownBy(() -> owned.apply(service("green", "model"))).isInstanceOf(NameTakenException.class);
        assertThat(api.client().resource(theirs).get()).isEqualTo(theirs);
    }

    @Test
    void whatWasDeletedInBetweenIsMadeAnew() {
        owned.apply(service("blue", "model"));
        api.lose(service("blue", "model"));
        owned.apply(service("green", "model"));
        assertThat(api.client()
                        .resource(service("green", "model"))
                        .get()
                        .getSpec()
                        .getSelector())
                .containsValue("green");
    }

    @Test
    void oneThatSomebodyMakesAtThisMomentStaysTheirs() {
        api.refuse("PATCH", SERVICES, 409, "conflict with \"kubectl\"");
        assertThatThrownBy(() -> owned.apply(service("blue", "model")))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("kubectl");
        assertThat(api.writes()).as("not forced afterwards").hasSize(1);
    }

    @Test
    void aRefusedWriteIsNotRepeatedAndSaysWhy() {
        owned.apply(service("blue", "model"));
        api.refuse("PATCH", SERVICES, 422, "spec.ports: invalid");
        assertThatThrownBy(() -> owned.apply(service("green", "model"))).hasMessageContaining("spec.ports: invalid");
        assertThat(api.writes()).hasSize(2);
    }

    @Test
    void aBusyServerIsAskedAFewTimesAndNotForLong() {
        owned.apply(service("blue", "model"));
        api.refuse("PATCH", SERVICES, 503, "the server is busy");
        assertThatThrownBy(() -> owned.apply(service("green", "model"))).hasMessageContaining("the server is busy");
        assertThat(api.writes())
                .as("the first write, and one that is tried three times")
                .hasSize(4);
    }

    @Test
    void aJobThatIsThereAlreadyIsLeftAsItIs() {
        Job job = job("model");
        api.loseAnswer("POST", "/jobs", 500);
        owned.create(job);
        assertThat(api.asked("POST", "/jobs")).as("made, and found to be there").hasSize(2);
        assertThat(api.writes()).hasSize(2);
        api.lose(job);
        api.keep(job("another"));
        assertThatThrownBy(() -> owned.create(job)).isInstanceOf(NameTakenException.class);
    }

    @Test
    void aQuotaOnJobsIsSaidAndTriedOnce() {
        api.refuse("POST", "/jobs", 403, "exceeded quota: jobs");
        assertThatThrownBy(() -> owned.create(job("model"))).hasMessageContaining("exceeded quota: jobs");
        assertThat(api.writes()).hasSize(1);
    }

    @Test
    void nothingIsDeletedThatIsAnotherByNow() {
        Service ours = api.keep(service("blue", "model"));
        api.lose(ours);
        Service theirs = api.keep(service("blue", "another"));
        owned.delete(ours);
        assertThat(api.client().resource(theirs).get()).isNotNull();
        assertThat(api.asked("DELETE", SERVICES)).hasSize(1);
    }

    @Test
    void whatChangedSinceItWasSeenIsDeletedAllTheSame() {
        Service seen = api.keep(service("blue", "model"));
        api.client().resource(service("green", "model")).fieldManager("kubectl").serverSideApply();
        owned.delete(seen);
        assertThat(api.client().resource(seen).get()).isNull();
    }

    @Test
    void whatChangesAllTheTimeIsNotChasedForEver() {
        Service seen = api.keep(service("blue", "model"));
        api.refuse("DELETE", SERVICES, 409, "changed again");
        assertThatThrownBy(() -> owned.delete(seen)).hasMessageContaining("changed again");
        assertThat(api.asked("DELETE", SERVICES)).hasSize(3);
    }

    @Test
    void oneThatIsGoneIsNotRestoredAndNobodyIsToldThatTheApiRefuses() {
        Deployment seen = api.keep(deployment("model"));
        api.lose(seen);
        assertThat(owned.restore(deployment("model"), seen, _ -> "seal")).isFalse();
        Deployment other = api.keep(deployment("another"));
        assertThat(owned.restore(deployment("model"), seen, _ -> "seal")).isFalse();
        assertThat(api.client().resource(other).get()).as("left as it is").isEqualTo(other);
    }

    @Test
    void aRestoreThatAPolicyRefusesIsSaid() {
        Deployment seen = api.keep(deployment("model"));
        api.refuse("PATCH", DEPLOYMENTS, 403, "denied by policy");
        assertThatThrownBy(() -> owned.restore(deployment("model"), seen, _ -> "seal"))
                .hasMessageContaining("denied by policy");
        assertThat(api.writes())
                .as("tried, and never written")
                .singleElement()
                .satisfies(write -> assertThat(write.path()).contains("dryRun=All"));
    }

    @Test
    void oneThatIsGoneNeedsNoPods() {
        Deployment seen = api.keep(deployment("model"));
        api.lose(seen);
        owned.scale(seen, 0);
        Deployment other = api.keep(deployment("another"));
        owned.scale(seen, 0);
        assertThat(api.client().resource(other).get()).isEqualTo(other);
    }

    private static Service service(String revision, String owner) {
        return Samples.yaml("""
                apiVersion: v1
                kind: Service
                metadata: {name: digits-cpu, namespace: vision, labels: {of: %2$s},
                  ownerReferences: [{apiVersion: edgeai.dev/v1alpha1, kind: EdgeModel, name: digits, uid: %2$s, controller: true}]}
                spec: {selector: {revision: %1$s}, ports: [{port: 80}]}
                """.formatted(revision, owner), Service.class);
    }

    private static Job job(String owner) {
        return Samples.yaml("""
                apiVersion: batch/v1
                kind: Job
                metadata: {name: warm, namespace: vision, labels: {of: %1$s},
                  ownerReferences: [{apiVersion: edgeai.dev/v1alpha1, kind: EdgeModel, name: digits, uid: %1$s, controller: true}]}
                """.formatted(owner), Job.class);
    }

    private static Deployment deployment(String owner) {
        return Samples.yaml("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: digits-cpu-blue, namespace: vision, labels: {of: %1$s},
                  ownerReferences: [{apiVersion: edgeai.dev/v1alpha1, kind: EdgeModel, name: digits, uid: %1$s, controller: true}]}
                spec: {replicas: 2, template: {spec: {containers: [{name: serve}]}}}
                """.formatted(owner), Deployment.class);
    }
}
