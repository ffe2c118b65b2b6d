package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.operator.delivery.ServedTarget;
import dev.edgeai.planner.run.RunInputs;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What does not count is told, and in one voice. */
class ToldIT extends EdgeModelScenario {
    @Test
    void aServiceThatLostItsOwnerIsToldInOneSentence() {
        serve(BLUE);
        client.resource(service())
                .edit(service -> new ServiceBuilder(service)
                        .editMetadata()
                        .withOwnerReferences(List.of())
                        .endMetadata()
                        .build());
        EdgeModelStatus lost = until(s -> condition(s, "Stalled").getReason().equals("NameTaken"));
        String sentence = condition(lost, "Stalled").getMessage();
        assertThat(sentence).contains("Service digits-cpu", "ownerReference", "delete it");
        assertThat(condition(lost, "Ready").getStatus()).isEqualTo("False");
        assertThat(condition(lost, "Ready").getMessage()).isEqualTo(sentence);
        assertThat(condition(lost, "Degraded").getMessage()).isEqualTo(sentence);
        client.resource(service()).delete();
        until(this::settledAndReady);
    }

    @Test
    void anApprovalOfWhatDoesNotWaitIsTold() {
        serve(BLUE, MODEL.replace("ramp: [{weight: 50, hold: 1s}]", "ramp: []\n    promotion: Manual"));
        offer(GREEN);
        EdgeModelStatus waits = until(s -> target(s).phase() == RolloutPhase.AWAITING_PROMOTION);
        String revision = Objects.requireNonNull(target(waits).candidate()).revision();
        annotate(Labels.PROMOTE, "yes");
        EdgeModelStatus told =
                until(s -> condition(s, "Reconciling").getMessage().contains("yes"));
        assertThat(condition(told, "Reconciling").getMessage()).contains(Labels.PROMOTE + "=" + revision);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(warnings("CommandRefused"))
                        .singleElement()
                        .asString()
                        .contains("edgeai.dev/promote=yes", Labels.PROMOTE + "=" + revision));
        annotate(Labels.PROMOTE, revision);
        EdgeModelStatus granted = until(s -> stable(s).digest().equals(GREEN));
        assertThat(condition(granted, "Reconciling").getMessage()).doesNotContain("yes");
    }

    @Test
    void whatIsPutRightIsTold() {
        serve(BLUE);
        client.resource(deployment())
                .edit(there -> new DeploymentBuilder(there)
                        .editSpec()
                        .editTemplate()
                        .editSpec()
                        .withHostNetwork(true)
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build());
        told("Restored", "was not as it was applied");
        until(this::settledAndReady);
        client.resource(deployment()).delete();
        told("Restored", "was gone");
        until(this::settledAndReady);
        client.resource(service()).delete();
        told("ServiceChanged", "is not there");
        until(this::settledAndReady);
    }

    private void told(String reason, String what) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(warnings(reason)).anyMatch(message -> message.contains(what)));
    }

    @Test
    void aSlipOfThePenAndARetryOfNothingAreTold() {
        serve(BLUE);
        annotate("edgeai.dev/rollback", "yes");
        told("CommandRefused", "edgeai.dev/rollback means nothing");
        annotate(Labels.RETRY, "1");
        told("CommandRefused", "edgeai.dev/retry=1 finds nothing");
    }

    @Test
    void aModelThatNeedsAPersonIsToldAsAnEvent() {
        serve(BLUE);
        edit(model -> model.replace("accelerator: intel-cpu", "accelerator: unheard-of"));
        told("UnknownAccelerator", "unheard-of");
    }

    @Test
    void aRunThatSomebodyElseMadeIsNoneOfTheModels() {
        serve(BLUE);
        OptimizationRun own = run();
        OptimizationRun forged = new OptimizationRun();
        forged.setMetadata(new ObjectMetaBuilder()
                .withName("forged")
                .withNamespace(namespace)
                .withLabels(own.getMetadata().getLabels())
                .withAnnotations(own.getMetadata().getAnnotations())
                .withOwnerReferences(ServedTarget.ownedBy(model()))
                .build());
        forged.setSpec(RunInputs.pinned(own.getSpec(), RunResults.digest('7')));
        RunResults.succeed(client, client.resource(forged).create(), GREEN);
        annotate(Labels.ROLLBACK_TO, GREEN);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(warnings("ForeignObject"))
                        .singleElement()
                        .asString()
                        .contains("OptimizationRun forged"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(warnings("CommandRefused"))
                        .singleElement()
                        .asString()
                        .contains(GREEN));
        await().during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(8))
                .until(() -> target(status()).candidate() == null
                        && stable(status()).digest().equals(BLUE));
    }

    /** An operator of before had no seals for its runs. */
    @Test
    void theRunOfAnEarlierOperatorIsUsedOn() {
        serve(BLUE);
        stopOperator();
        client.resources(OptimizationRun.class)
                .inNamespace(namespace)
                .withName(name(run()))
                .edit(run -> {
                    run.getMetadata().setAnnotations(null);
                    return run;
                });
        startOperator();
        await().during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(8))
                .until(() -> runs().size() == 1 && warnings("ForeignObject").isEmpty());
        assertThat(condition(status(), "Ready").getStatus()).isEqualTo("True");
    }

    private List<String> warnings(String reason) {
        return client.v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> reason.equals(event.getReason()) && "Warning".equals(event.getType()))
                .map(event -> event.getMessage())
                .toList();
    }
}
