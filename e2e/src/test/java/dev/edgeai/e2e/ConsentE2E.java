package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

/** What a person says by annotation is done to what he named, once, and told. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsentE2E {
    private static final String NAMESPACE = "e2e-consent";
    private static final String PROMOTE = "edgeai.dev/promote";
    private static final String ABORT = "edgeai.dev/abort";
    private static final String SKIP = "edgeai.dev/skip";
    private static final String ROLLBACK_TO = "edgeai.dev/rollback-to";
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Wish MANUAL =
            Wish.plain().hold("1s").replacing("  rollout:\n", "  rollout:\n    promotion: Manual\n");

    private static KubernetesClient client;
    private static Model model;
    private static Traffic traffic;

    @BeforeAll
    static void serve() {
        client = Environment.client();
        Lent lent = Lent.of(client);
        Model.freshNamespace(client, NAMESPACE);
        model = new Model(client, NAMESPACE, "asked");
        model.apply("v2", MANUAL);
        lent.to(model);
        model.awaitServing(null, LIMIT);
        traffic = model.traffic("arm-cpu", 10);
    }

    @AfterEach
    void noUserNoticed() {
        traffic.assertNoFailure();
    }

    @AfterAll
    static void close() {
        if (traffic != null) {
            traffic.close();
        }
        client.namespaces().withName(NAMESPACE).delete();
        client.close();
    }

    @Test
    @Order(1)
    void anApprovalHoldsForOneRevisionAndIsUsedOnce() {
        Version before = model.stable();
        model.apply("v2", MANUAL.revision(1));
        String a = awaitingPromotion("").candidate().revision();
        model.apply("v2", MANUAL.revision(2));
        String b = awaitingPromotion(a).candidate().revision();

        model.annotate(PROMOTE, a);
        staysAwaitingPromotion(b, before);
        model.annotate(PROMOTE, b);
        Version promoted = model.awaitServing(before, LIMIT);
        assertThat(promoted.revision()).isEqualTo(b);

        // It comes again after another one; what is written there was said of the first time.
        model.apply("v2", Wish.plain().hold("1s").revision(1));
        Version first = model.awaitServing(promoted, LIMIT);
        assertThat(first.revision()).isEqualTo(a);
        model.apply("v2", MANUAL.revision(2));
        awaitingPromotion("");
        staysAwaitingPromotion(b, first);
    }

    @Test
    @Order(2)
    void withoutARampItWaitsForAPersonTooWhoMayAbort() {
        Version before = model.stable();
        Wish wish =
                MANUAL.replacing("ramp: [{weight: 50, hold: 1s}]", "ramp: []").revision(3);
        String earlier = model.target().orElseThrow().candidate().revision();
        model.apply("v2", wish);
        String revision = awaitingPromotion(earlier).candidate().revision();
        staysAwaitingPromotion(revision, before);

        model.annotate(ABORT, revision);
        model.awaitTarget(
                "it is given up",
                LIMIT,
                t -> t.phase() == RolloutPhase.IDLE
                        && t.rejected().stream().anyMatch(r -> r.revision().equals(revision)));
        model.awaitEvent("Aborted", Duration.ofSeconds(30));
        assertThat(model.stable().revision()).isEqualTo(before.revision());
    }

    @Test
    @Order(3)
    void aHoldIsSkipped() {
        Version before = model.stable();
        model.apply("v2", Wish.plain().revision(4).hold("30m"));
        TargetStatus ramping = model.awaitTarget(
                "the new version has traffic",
                LIMIT,
                t -> t.phase() == RolloutPhase.RAMPING && t.candidate().weight() > 0);
        String revision = ramping.candidate().revision();

        model.annotate(SKIP, revision);

        assertThat(model.awaitServing(before, LIMIT).revision()).isEqualTo(revision);
        model.awaitEvent("Skipped", Duration.ofSeconds(30));
    }

    @Test
    @Order(4)
    void anEarlierVersionIsBroughtBackByItsDigest() {
        Version before = model.stable();
        Wish wish = Wish.plain().revision(4).hold("2s");
        model.apply("v2", wish.bake("30m"));
        Forgery other = Forgery.honest(client, model, "other");
        other.offer();
        model.awaitTarget(
                "the other version bakes",
                LIMIT,
                t -> t.phase() == RolloutPhase.BAKING && t.stable().digest().equals(other.digest()));

        model.annotate(ROLLBACK_TO, before.digest());
        model.awaitTarget(
                "the earlier version serves again",
                LIMIT,
                t -> t.phase() == RolloutPhase.IDLE && t.stable().digest().equals(before.digest()));
        model.awaitEvent("RollbackRequested", Duration.ofSeconds(30));
        Until.pause(Duration.ofSeconds(8));
        assertThat(model.stable().digest()).as("digest that serves later").isEqualTo(before.digest());
        assertThat(model.target().orElseThrow().phase()).isEqualTo(RolloutPhase.IDLE);
    }

    private static TargetStatus awaitingPromotion(String notRevision) {
        return model.awaitTarget(
                "a new version waits for its promotion",
                LIMIT,
                t -> t.phase() == RolloutPhase.AWAITING_PROMOTION
                        && !t.candidate().revision().equals(notRevision));
    }

    private static void staysAwaitingPromotion(String revision, Version stable) {
        for (int i = 0; i < 12; i++) {
            TargetStatus target = model.target().orElseThrow();
            assertThat(target.stable().revision()).as("what serves").isEqualTo(stable.revision());
            assertThat(target.phase()).isEqualTo(RolloutPhase.AWAITING_PROMOTION);
            assertThat(target.candidate().revision()).isEqualTo(revision);
            Until.pause(Duration.ofMillis(500));
        }
    }
}
