package dev.edgeai.operator.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.delivery.ServingServices;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Versions that must not stay. */
class RollbackIT extends EdgeModelScenario {
    /** One write, with its place in the order of all writes to the API server. */
    private record Write(long version, String what) {
        static Write of(HasMetadata object, String what) {
            return new Write(Long.parseLong(object.getMetadata().getResourceVersion()), what);
        }
    }

    @Test
    void aVersionThatFailsRequestsIsTakenBackBeforeAnythingElseIsWritten() {
        serve(BLUE);
        Version blue = stable(status());
        hands.failRequestsOf(GREEN);
        List<Write> writes = new CopyOnWriteArrayList<>();
        try (var services = client.services()
                        .inNamespace(namespace)
                        .withName("digits-cpu")
                        .watch(Watches.on((action, service) -> writes.add(Write.of(
                                service,
                                "service " + service.getSpec().getSelector().getOrDefault(Labels.REVISION, "both")))));
                var models = client.resources(EdgeModel.class)
                        .inNamespace(namespace)
                        .watch(Watches.on((action, model) -> writes.add(Write.of(
                                model, "status " + target(model.getStatus()).phase()))));
                var deployments = client.apps()
                        .deployments()
                        .inNamespace(namespace)
                        .watch(Watches.on(
                                (action, deployment) -> writes.add(Write.of(deployment, "deployment " + action))))) {
            offer(GREEN, NEXT);
            EdgeModelStatus back =
                    until(s -> !target(s).rejected().isEmpty() && target(s).phase() == RolloutPhase.IDLE);
            assertThat(target(back).rejected())
                    .extracting(TargetStatus.RejectedDigest::digest)
                    .containsExactly(GREEN);
            TargetStatus.Rollback rollback = Objects.requireNonNull(target(back).lastRollback());
            assertThat(rollback.fromDigest()).isEqualTo(GREEN);
            assertThat(rollback.toDigest()).isEqualTo(BLUE);
            assertThat(rollback.millisToZeroWeight()).isNotNull();
            assertThat(stable(back)).isEqualTo(blue);
        }
        List<String> order = writes.stream()
                .sorted(Comparator.comparingLong(Write::version))
                .map(Write::what)
                .toList();
        List<String> fromShared = order.subList(order.lastIndexOf("service both") + 1, order.size());
        int zero = fromShared.indexOf("service " + blue.revision());
        int status = fromShared.indexOf("status ROLLING_BACK");
        assertThat(zero).as("%s", order).isBetween(0, status);
        assertThat(fromShared.subList(0, status)).as("%s", order).noneMatch(e -> e.startsWith("deployment"));
        assertThat(events()).contains("ErrorBurst");

        // remediation: the next certified member of the front, after the cooldown; the rejected one never
        EdgeModelStatus remedied = until(s ->
                target(s).phase() == RolloutPhase.IDLE && stable(s).digest().equals(NEXT));
        assertThat(target(remedied).rejected())
                .extracting(TargetStatus.RejectedDigest::digest)
                .containsExactly(GREEN);
    }

    @Test
    void aRollbackWhoseProcessDiesAfterTheTrafficWriteGoesOn() {
        serve(BLUE, MODEL.replace("hold: 1s", "hold: 10m"));
        Version blue = stable(status());
        offer(GREEN);
        EdgeModelStatus ramping =
                until(s -> target(s).phase() == RolloutPhase.RAMPING && Objects.equals(s.weight(), 50));
        stopOperator();
        TargetStatus written = target(status());
        ObjectNode next = (ObjectNode) Samples.yaml(Json.write(written), JsonNode.class);
        next.put("phase", "RollingBack").put("since", Instant.now().toString());
        next.putArray("rejected")
                .addObject()
                .put("digest", GREEN)
                .put(
                        "revision",
                        Objects.requireNonNull(target(ramping).candidate()).revision())
                .put("reason", "AnalysisFailed")
                .put("message", "errors")
                .put("time", Instant.now().toString());
        String intent = new RollbackIntent(services.seals())
                .of(
                        new TargetRef(namespace, "digits", "cpu"),
                        model().getMetadata().getUid(),
                        written,
                        Samples.yaml(next.toString(), TargetStatus.class))
                .orElseThrow();
        client.services()
                .inNamespace(namespace)
                .withName("digits-cpu")
                .edit(service -> new ServiceBuilder(service)
                        .editMetadata()
                        .addToAnnotations(ServingServices.INTENT, intent)
                        .endMetadata()
                        .editSpec()
                        .addToSelector(Labels.REVISION, blue.revision())
                        .endSpec()
                        .build());
        List<String> selectors = new CopyOnWriteArrayList<>();
        try (var services = client.services()
                .inNamespace(namespace)
                .withName("digits-cpu")
                .watch(Watches.on((action, service) ->
                        selectors.add(service.getSpec().getSelector().getOrDefault(Labels.REVISION, "both"))))) {
            startOperator();
            EdgeModelStatus back = until(s -> target(s).phase() == RolloutPhase.IDLE);
            assertThat(target(back).rejected()).hasSize(1);
            assertThat(stable(back).digest()).isEqualTo(BLUE);
        }
        assertThat(selectors).as("nobody is sent to green again").containsOnly(blue.revision());
    }

    @Test
    void aRejectedVersionComesBackOnlyWhenAPersonAsks() {
        serve(BLUE);
        hands.refuse(GREEN, new Failure("CertificateInvalid", "the signature is not of the trusted key"));
        offer(GREEN);
        EdgeModelStatus refused = until(s ->
                target(s).phase() == RolloutPhase.IDLE && !target(s).rejected().isEmpty());
        assertThat(target(refused).rejected().getFirst().reason()).isEqualTo("CertificateInvalid");
        assertThat(condition(refused, "Stalled").getStatus()).isEqualTo("True");
        assertThat(condition(refused, "Stalled").getMessage()).contains("the signature is not of the trusted key");
        assertThat(condition(refused, "Ready").getStatus()).isEqualTo("True");
        await().during(Duration.ofSeconds(4))
                .atMost(Duration.ofSeconds(8))
                .until(() -> target(status()).phase() == RolloutPhase.IDLE
                        && stable(status()).digest().equals(BLUE));

        hands.accept(GREEN);
        annotate(Labels.RETRY, "1");
        until(s -> stable(s).digest().equals(GREEN) && target(s).phase() == RolloutPhase.IDLE);
        assertThat(runs()).as("a run that succeeded is not repeated").hasSize(2);
    }
}
