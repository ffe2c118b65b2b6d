package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.TargetStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

/** A target gets another name: that is a change of addresses and neither a new search nor an outage. */
class RenameE2E {
    private static final String NAMESPACE = "e2e-rename";
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private static KubernetesClient client;
    private static Model model;

    @BeforeAll
    static void serve() {
        client = Environment.client();
        Lent lent = Lent.of(client);
        Model.freshNamespace(client, NAMESPACE);
        model = new Model(client, NAMESPACE, "shop");
        model.apply("v2", Wish.plain().target("old"));
        lent.to(model);
        model.awaitServing(null, LIMIT);
    }

    @AfterAll
    static void close() {
        client.namespaces().withName(NAMESPACE).delete();
        client.close();
    }

    @Test
    void theOldNameAnswersUntilTheNewOneServesFromTheSameRun() {
        String run = model.run().getMetadata().getUid();
        try (Traffic traffic = model.traffic("arm-cpu", 10, "shop-old")) {
            model.apply("v2", Wish.plain().target("new"));
            Until.present(
                    "the new name serves",
                    LIMIT,
                    () -> {
                        Optional<TargetStatus> serving =
                                model.target("new").filter(t -> t.stable() != null && model.is("Ready"));
                        if (serving.isEmpty()) {
                            traffic.assertNoFailure(0);
                        }
                        return serving;
                    },
                    model::describe);
        }
        try (Traffic traffic = model.traffic("arm-cpu", 10, "shop-new")) {
            Until.pause(Duration.ofSeconds(6));
            traffic.assertNoFailure(20);
        }
        assertThat(model.runs()).hasSize(1);
        assertThat(model.runs().getFirst().getMetadata().getUid()).as("the run").isEqualTo(run);
        Until.holds(
                "the old name is gone",
                Duration.ofMinutes(2),
                () -> client.services()
                                .inNamespace(NAMESPACE)
                                .withName("shop-old")
                                .get()
                        == null);
    }
}
