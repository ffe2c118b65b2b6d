package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Isolated;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

/** A model none of whose variants qualifies serves its source, until one does, and never goes back to it by itself. */
@Isolated("it measures")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SourceE2E {
    private static final String NAMESPACE = "e2e-source";
    private static final Duration LIMIT = Duration.ofMinutes(8);
    private static final Wish WISH = Wish.plain();
    private static final Wish STRICT = WISH.replacing("minSpeedup: \"1.1\"", "minSpeedup: \"500\"");

    private static KubernetesClient client;
    private static Model model;
    private static Version source;
    private static Version variant;

    @BeforeAll
    static void open() {
        client = Environment.client();
        Model.freshNamespace(client, NAMESPACE);
        model = new Model(client, NAMESPACE, "shop");
    }

    @AfterAll
    static void close() {
        client.namespaces().withName(NAMESPACE).delete();
        client.close();
    }

    @Test
    @Order(1)
    void theSourceServesWhenNoVariantQualifiedOnAFirstRollout() {
        model.apply("v2", STRICT);
        source = model.awaitServing(null, LIMIT);

        assertThat(source.variant()).isEqualTo("source");
        assertThat(model.awaitCondition("Ready", "ServingSource", LIMIT).getMessage())
                .contains("no variant qualified");
        OptimizationRunStatus run = model.run().getStatus();
        assertThat(run.phase()).isEqualTo(RunPhase.SUCCEEDED);
        assertThat(run.selected().trial()).isEqualTo("source");
        assertThat(run.selected().reason()).contains("the nearest is openvino/", "minSpeedup", "500");
        assertThat(source.certificate()).isEqualTo(run.certificate());
        try (Traffic traffic = model.traffic("arm-cpu", 10)) {
            Until.pause(Duration.ofSeconds(10));
            assertThat(traffic.report().answered()).containsOnlyKeys(source.revision());
            traffic.assertNoFailure();
        }
    }

    @Test
    @Order(2)
    void aVariantThatQualifiesTakesOverWithoutAFailedRequest() {
        try (Traffic traffic = model.traffic("arm-cpu", 10)) {
            model.apply("v2", WISH);
            variant = model.awaitServing(source, LIMIT);
            assertThat(variant.variant()).startsWith("openvino/");
            model.awaitCondition("Ready", "Serving", LIMIT);
            traffic.assertNoFailure();
        }
    }

    @Test
    @Order(3)
    void aRunThatFoundNoneDoesNotBringTheSourceBack() {
        model.apply("v2", STRICT);
        assertThat(model.awaitCondition("Stalled", "NoVariantPassedGates", LIMIT)
                        .getMessage())
                .contains("minSpeedup", "500");
        Until.pause(Duration.ofSeconds(20));
        assertThat(model.stable().revision()).isEqualTo(variant.revision());
        assertThat(model.target().orElseThrow().candidate()).isNull();
    }
}
