package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.operator.delivery.ObjectNames;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.job.Seals;
import dev.edgeai.operator.services.Services;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentConditionBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A serving Deployment runs what the operator gave it, whatever whoever changes it writes beside. */
class ChangedByHandIT extends EdgeModelScenario {
    private static final String SPEC = "/spec/template/spec";
    private static final String FOREIGN_ENV = "{\"op\":\"add\",\"path\":\"" + SPEC
            + "/containers/0/env/-\",\"value\":{\"name\":\"BY_HAND\",\"value\":\"1\"}}";
    private static final String SEAL_GONE = "{\"op\":\"remove\",\"path\":\"/metadata/annotations/edgeai.dev~1seal\"}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                FOREIGN_ENV,
                FOREIGN_ENV + ",{\"op\":\"replace\",\"path\":\"/metadata/managedFields\",\"value\":[{}]}",
                FOREIGN_ENV + "," + SEAL_GONE,
                "{\"op\":\"replace\",\"path\":\"" + SPEC + "/containers/0/command\",\"value\":[\"sh\"]}",
                "{\"op\":\"replace\",\"path\":\"" + SPEC + "/initContainers/0/args/3\",\"value\":\"sha256:0\"}",
                "{\"op\":\"add\",\"path\":\"" + SPEC + "/hostNetwork\",\"value\":true}",
                "{\"op\":\"remove\",\"path\":\"" + SPEC + "/containers/0/readinessProbe\"}",
            })
    void aChangeUnderTheOperatorsOwnNameIsRepaired(String change) {
        serve(BLUE);
        Deployment before = deployment();
        patch(change);
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(deployment().getSpec().getTemplate())
                    .isEqualTo(before.getSpec().getTemplate());
            assertThat(seal()).isNotNull();
        });
        until(this::settledAndReady);
        long settled = deployment().getMetadata().getGeneration();
        await().during(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(5))
                .until(() -> deployment().getMetadata().getGeneration() == settled);
    }

    @Test
    void aSealOfAnotherDeploymentVouchesForNothing() {
        serve(BLUE);
        String other = seal();
        offer(GREEN);
        until(s -> target(s).phase() == RolloutPhase.IDLE && stable(s).digest().equals(GREEN));
        await().atMost(PATIENCE).until(() -> deployments().size() == 1);
        patch(FOREIGN_ENV + ",{\"op\":\"replace\",\"path\":\"/metadata/annotations/edgeai.dev~1seal\",\"value\":\""
                + other + "\"}");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(env()).doesNotContain("BY_HAND"));
    }

    /** A ReplicaSet that was refused asks ever later, and nobody tells it that a quota was raised. */
    @Test
    void podsThatWereRefusedAreAskedForAgain() {
        serve(BLUE);
        hands.close();
        Deployment refused = deployment();
        String before = OffsetDateTime.now(ZoneOffset.UTC)
                .minusMinutes(2)
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
        refused.getStatus()
                .setConditions(List.of(new DeploymentConditionBuilder()
                        .withType("ReplicaFailure")
                        .withStatus("True")
                        .withReason("FailedCreate")
                        .withMessage("exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1")
                        .withLastTransitionTime(before)
                        .withLastUpdateTime(before)
                        .build()));
        client.resource(refused).patchStatus();
        await().atMost(PATIENCE)
                .until(() -> deployment().getMetadata().getAnnotations().containsKey("edgeai.dev/asked-again"));
        assertThat(deployment().getSpec().getTemplate())
                .isEqualTo(refused.getSpec().getTemplate());
    }

    /** An operator of before had no seals. */
    @Test
    void whatAnEarlierOperatorMadeIsSealedAndItsPodsGoOn() {
        serve(BLUE);
        stopOperator();
        patch(SEAL_GONE);
        Deployment before = deployment();
        startOperator();
        await().atMost(PATIENCE).until(() -> !seal().isEmpty());
        until(this::settledAndReady);
        assertThat(deployment().getSpec().getTemplate())
                .as("no pod is replaced for it")
                .isEqualTo(before.getSpec().getTemplate());
    }

    @Test
    void whatChangesNothingOfThePodsIsLeftAsItIs() {
        serve(BLUE);
        Deployment before = deployment();
        patch("{\"op\":\"add\",\"path\":\"/spec/template/metadata/annotations\",\"value\":{\"restartedAt\":\"now\"}}");
        await().during(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(5))
                .until(() -> Map.of("restartedAt", "now")
                        .equals(deployment()
                                .getSpec()
                                .getTemplate()
                                .getMetadata()
                                .getAnnotations()));
        assertThat(deployment().getMetadata().getAnnotations().get(Seals.SEAL))
                .isEqualTo(before.getMetadata().getAnnotations().get(Seals.SEAL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"op\":\"remove\",\"path\":\"/spec/selector\"}",
                "{\"op\":\"remove\",\"path\":\"/spec/minAvailable\"},{\"op\":\"add\",\"path\":\"/spec/maxUnavailable\",\"value\":1}",
                "{\"op\":\"remove\",\"path\":\"/spec\"}",
                "{\"op\":\"add\",\"path\":\"/spec/selector/matchExpressions\",\"value\":[{\"key\":\"x\",\"operator\":\"Exists\"}]}",
                "{\"op\":\"remove\",\"path\":\"/metadata/labels\"},{\"op\":\"replace\",\"path\":\"/spec\",\"value\":{\"maxUnavailable\":1}}",
            })
    void aBudgetIsRepairedWhateverIsMadeOfIt(String change) {
        serve(BLUE);
        PodDisruptionBudget before = budget();
        client.resource(before).patch(PatchContext.of(PatchType.JSON), "[" + change + "]");
        edit(model -> model.replace("replicas: 2", "replicas: 3"));
        until(status -> settledAndReady(status) && stable(status).readyReplicas() == 3);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(budget())
                        .usingRecursiveComparison()
                        .comparingOnlyFields("metadata.uid", "metadata.labels", "spec")
                        .isEqualTo(new PodDisruptionBudgetBuilder(before)
                                .editSpec()
                                .withMinAvailable(new IntOrString(3))
                                .endSpec()
                                .build()));
        String settled = budget().getMetadata().getResourceVersion();
        await().during(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(5))
                .until(() -> budget().getMetadata().getResourceVersion().equals(settled));
    }

    @Test
    void aBudgetThatCannotBeWrittenIsToldAndStopsNothing() {
        serve(BLUE);
        client.resource(budget())
                .patch(
                        PatchContext.of(PatchType.JSON),
                        "[{\"op\":\"remove\",\"path\":\"/metadata/ownerReferences\"},{\"op\":\"remove\",\"path\":\"/metadata/labels\"}]");
        edit(model -> model.replace("replicas: 2", "replicas: 3"));
        until(status -> settledAndReady(status) && stable(status).readyReplicas() == 3);
        await().atMost(PATIENCE).until(() -> events().contains("NameTaken"));
        client.resource(budget()).delete();
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(
                        () -> assertThat(budget().getSpec().getMinAvailable().getIntVal())
                                .isEqualTo(3));
    }

    private PodDisruptionBudget budget() {
        return client.policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(namespace)
                .withName(ObjectNames.disruptionBudget(new TargetRef(namespace, "digits", "cpu")))
                .require();
    }

    private void patch(String operations) {
        client.resource(deployment())
                .patch(
                        new PatchContext.Builder()
                                .withPatchType(PatchType.JSON)
                                .withFieldManager(Services.FIELD_MANAGER)
                                .build(),
                        "[" + operations + "]");
    }

    private String seal() {
        Map<String, String> annotations = deployment().getMetadata().getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault(Seals.SEAL, "");
    }

    private List<String> env() {
        return deployment().getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv().stream()
                .map(EnvVar::getName)
                .toList();
    }
}
