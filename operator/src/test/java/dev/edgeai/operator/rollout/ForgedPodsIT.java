package dev.edgeai.operator.rollout;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Labels say whose a pod is meant to be; a version is judged by pods that its Deployment's ReplicaSet made. */
class ForgedPodsIT extends EdgeModelScenario {
    private static final Failure REFUSAL = new Failure("CertificateInvalid", "the signature does not fit");

    @Test
    void aForgedPodThatIsRefusedDoesNotRejectTheVersion() {
        // a stranger is told of after half a minute, so the warm-up must be given more than that
        serve(BLUE, MODEL.replace("progressDeadline: 30s", "progressDeadline: 5m"));
        hands.runOnly(_ -> false); // the warm-up takes its time, and so has the forger
        offer(GREEN);
        PodTemplateSpec like = candidatesPods();
        hands.forge("forged", like, REFUSAL);
        await("it is told")
                .atMost(PATIENCE.multipliedBy(2))
                .until(() -> told("pod forged has the labels of target cpu"));
        assertThat(target(status()).rejected()).isEmpty();
        assertThat(target(status()).phase()).isEqualTo(RolloutPhase.WARMING);

        client.pods().inNamespace(namespace).withName("forged").delete();
        hands.runOnly(_ -> true);
        until(s -> target(s).phase() == RolloutPhase.IDLE && stable(s).digest().equals(GREEN));
    }

    @Test
    void forgedPodsThatAreReadyDoNotMakeAVersionReady() {
        serve(BLUE);
        hands.refuse(GREEN, new Failure("RegistryUnavailable", "connection refused"));
        offer(GREEN);
        PodTemplateSpec like = candidatesPods();
        hands.forge("forged-1", like, null);
        hands.forge("forged-2", like, null);
        await("no warm-up, no traffic")
                .during(Duration.ofSeconds(8))
                .atMost(Duration.ofSeconds(15))
                .until(() -> target(status()).phase() == RolloutPhase.PREPARING
                        && Optional.ofNullable(target(status()).candidate())
                                .filter(candidate -> candidate.readyReplicas() == 0)
                                .isPresent());
        assertThat(stable(status()).digest()).isEqualTo(BLUE);
    }

    private PodTemplateSpec candidatesPods() {
        EdgeModelStatus prepared = until(s -> target(s).candidate() != null
                && deployment(target(s).candidate()) != null
                && target(s).phase() != RolloutPhase.IDLE);
        Version candidate = Objects.requireNonNull(target(prepared).candidate());
        return Objects.requireNonNull(deployment(candidate)).getSpec().getTemplate();
    }

    private @Nullable Deployment deployment(@Nullable Version version) {
        return version == null
                ? null
                : client
                        .apps()
                        .deployments()
                        .inNamespace(namespace)
                        .withLabel(Labels.REVISION, version.revision())
                        .list()
                        .getItems()
                        .stream()
                        .findFirst()
                        .orElse(null);
    }

    private boolean told(String words) {
        return client.v1().events().inNamespace(namespace).list().getItems().stream()
                .anyMatch(event -> "ForeignObject".equals(event.getReason())
                        && event.getMessage().contains(words));
    }
}
