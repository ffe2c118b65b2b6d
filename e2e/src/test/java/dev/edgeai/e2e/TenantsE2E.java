package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

/** One tenant's mistake is his own: he is told, and the others are measured meanwhile on the node they share. */
class TenantsE2E {
    private static final String CARELESS = "e2e-tenant-careless";
    private static final String OTHER = "e2e-tenant-other";

    private static KubernetesClient client;

    @BeforeAll
    static void open() {
        client = Environment.client();
        Model.freshNamespace(client, CARELESS);
        Model.freshNamespace(client, OTHER);
    }

    @AfterAll
    static void close() {
        client.namespaces().withName(CARELESS).delete();
        client.namespaces().withName(OTHER).delete();
        client.close();
    }

    @Test
    void aMissingSecretIsToldAndDoesNotHoldTheNodeForTheRunsOfOthers() {
        var model = new Model(client, CARELESS, "locked");
        String source = "source: {uri: \"oci://${registry}/sources/fashion:${source}\"";
        model.apply("v2", Wish.plain().replacing(source, source + ", credentialsSecretRef: {name: forgotten}"));
        Until.present(
                "its pod has the node, after whoever measures there now",
                Duration.ofMinutes(5),
                () -> client.pods().inNamespace(CARELESS).list().getItems().stream()
                        .filter(pod -> pod.getSpec().getNodeName() != null)
                        .findFirst(),
                model::describe);
        var run = new Run(client, OTHER, "patient", "v2", "intel-cpu", yaml -> yaml);

        Condition told = Until.present(
                "the model's status tells of the missing Secret",
                Duration.ofSeconds(90),
                () -> model.status().stream()
                        .flatMap(status -> status.conditions().stream())
                        .filter(c -> "MountFailed".equals(c.getReason()))
                        .findFirst(),
                model::describe);
        assertThat(told.getMessage()).contains("forgotten");
        Until.present(
                "the other tenant's source is measured",
                Duration.ofMinutes(5),
                () -> Optional.ofNullable(client.resources(OptimizationRun.class)
                                .inNamespace(OTHER)
                                .withName("patient")
                                .require()
                                .getStatus())
                        .filter(status -> status.baseline() != null),
                model::describe);
        run.delete();
    }
}
