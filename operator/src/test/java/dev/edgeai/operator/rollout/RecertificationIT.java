package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Another certificate of what serves, as after a rotation of the signing key. */
class RecertificationIT extends EdgeModelScenario {
    private static final String OLD = RunResults.digest('c');
    private static final String NEW = RunResults.digest('9');

    @Test
    void theVersionThatServesGetsTheNewCertificateWhereItStandsAndALostDeploymentIsMadeWithIt() {
        serve(BLUE);
        OptimizationRun first = run();
        assertThat(stable(status()).certificate()).isEqualTo(OLD);
        Deployment standing = deployments().getFirst();

        annotate(Labels.RECERTIFY, "2026-12");
        OptimizationRun second = runAfter(first);
        assertThat(second.getSpec()).isEqualTo(first.getSpec());
        assertThat(second.getMetadata().getAnnotations())
                .containsEntry(Labels.RECERTIFY, "2026-12")
                .containsEntry(Labels.INHERITS, Labels.EVERYTHING);
        assertThat(stable(status()).certificate())
                .as("until then it serves as it is")
                .isEqualTo(OLD);
        RunResults.signed(client, second, NEW, BLUE);

        EdgeModelStatus done = until(s -> stable(s).certificate().equals(NEW) && settledAndReady(s));
        assertThat(stable(done).run()).isEqualTo(name(second));
        assertThat(target(done).phase()).isEqualTo(RolloutPhase.IDLE);
        assertThat(deployments()).singleElement().satisfies(deployment -> {
            assertThat(deployment.getMetadata().getUid())
                    .isEqualTo(standing.getMetadata().getUid());
            assertThat(deployment.getSpec().getTemplate())
                    .as("no pod is restarted")
                    .isEqualTo(standing.getSpec().getTemplate());
        });
        restart(true);
        await("the same value asks once")
                .during(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(5))
                .until(() -> runs().size() == 2);

        client.resource(standing).delete();
        await("the Deployment is restored")
                .atMost(PATIENCE)
                .until(() -> deployments().stream()
                        .anyMatch(d -> !d.getMetadata()
                                .getUid()
                                .equals(standing.getMetadata().getUid())));
        assertThat(deployments())
                .singleElement()
                .satisfies(deployment -> assertThat(deployment
                                .getSpec()
                                .getTemplate()
                                .getSpec()
                                .getInitContainers()
                                .getFirst()
                                .getArgs())
                        .containsSequence("--certificate", NEW));
    }
}
