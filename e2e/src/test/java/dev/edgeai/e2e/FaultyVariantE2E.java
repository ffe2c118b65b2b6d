package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.RejectedDigest;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

/** Variants that must never reach a user: they lie, they were altered, they were certified for other hardware. */
@Isolated("it shares its model")
class FaultyVariantE2E {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private static KubernetesClient client;
    private static Model model;
    private static Version good;
    private static OptimizationRunStatus honest;
    private static Traffic traffic;

    @BeforeAll
    static void serveAGoodVersion() {
        client = Environment.client();
        model = Model.shared(client);
        model.apply("v2");
        good = model.awaitServing(null, Duration.ofMinutes(8));
        honest = model.run().getStatus();
        traffic = model.traffic("arm-cpu", 20);
    }

    @AfterAll
    static void close() {
        traffic.close();
        client.resource(model.run()).editStatus(run -> {
            run.setStatus(honest);
            return run;
        });
        client.close();
    }

    @Test
    void aVariantThatAnswersOtherwiseThanItsCertificateSaysIsStoppedInWarmUp() {
        try (var timeline = new Timeline(model)) {
            Forgery lying = Forgery.of(client, model, "lying", "intel-cpu");
            RejectedDigest rejected = offerAndAwaitRejection(lying);
            assertThat(rejected.message()).contains("warm-up quality", "is below the certified");
            assertThat(timeline.phases()).contains("WARMING").doesNotContain("RAMPING 0", "PROMOTING");
        }
        assertUndisturbed();
    }

    @Test
    void aVariantWithOneChangedByteIsNotServedAndTheStatusSaysWhy() {
        Forgery altered = Forgery.of(client, model, "altered", "intel-cpu");
        altered.flipOneByteInTheRegistry();
        RejectedDigest rejected = offerAndAwaitRejection(altered);
        assertThat(rejected.reason()).isEqualTo("DigestMismatch");
        assertUndisturbed();
    }

    @Test
    void aVariantCertifiedForAnotherAcceleratorIsNotServedAndTheStatusSaysWhy() {
        RejectedDigest rejected = offerAndAwaitRejection(Forgery.of(client, model, "elsewhere", "arm-cpu"));
        assertThat(rejected.reason()).isEqualTo("CertificateMismatch");
        assertThat(rejected.message()).contains("arm-cpu").contains("intel-cpu");
        assertUndisturbed();
    }

    private static RejectedDigest offerAndAwaitRejection(Forgery forgery) {
        forgery.offer();
        TargetStatus target = model.awaitTarget(
                forgery.digest() + " is rejected",
                LIMIT,
                t -> t.rejected().stream().anyMatch(r -> r.digest().equals(forgery.digest())));
        return target.rejected().stream()
                .filter(r -> r.digest().equals(forgery.digest()))
                .findFirst()
                .orElseThrow();
    }

    private static void assertUndisturbed() {
        assertThat(model.stable().revision()).isEqualTo(good.revision());
        assertThat(traffic.report().answered()).containsOnlyKeys(good.revision());
        traffic.assertNoFailure();
    }
}
