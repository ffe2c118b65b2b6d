package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.EdgeModel;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

/** Names that somebody else has: his things stay as they are, and two models never share one. */
class OwnershipE2E {
    private static final String NAMESPACE = "e2e-ownership";
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private static KubernetesClient client;
    private static Lent lent;

    @BeforeAll
    static void open() {
        client = Environment.client();
        lent = Lent.of(client);
        Model.freshNamespace(client, NAMESPACE);
    }

    @AfterAll
    static void close() {
        client.namespaces().withName(NAMESPACE).delete();
        client.close();
    }

    @Test
    void aServiceOfSomebodyElseStaysUntouchedAndTheModelServesWhenItIsGone() {
        Service foreign = client.resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withName("payments-api")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .withNewSpec()
                        .withSelector(Map.of("app", "payments"))
                        .addNewPort()
                        .withPort(80)
                        .withTargetPort(new IntOrString(9090))
                        .endPort()
                        .endSpec()
                        .build())
                .create();
        var model = new Model(client, NAMESPACE, "payments");
        model.apply("v2", Wish.plain().target("api"));

        Condition stalled = model.awaitCondition("Stalled", "NameTaken", Duration.ofMinutes(2));
        assertThat(stalled.getMessage()).contains("payments-api").containsAnyOf("rename", "delete", "remove");
        assertThat(model.is("Ready")).isFalse();
        Service now = client.resource(foreign).get();
        assertThat(now.getSpec()).isEqualTo(foreign.getSpec());
        assertThat(now.getMetadata().getOwnerReferences()).isEmpty();
        assertThat(now.getMetadata().getLabels())
                .isEqualTo(foreign.getMetadata().getLabels());

        assertThat(model.runs()).as("nothing is searched for what cannot serve").isEmpty();

        client.resource(foreign).delete();
        lent.to(model);
        model.awaitServing(null, LIMIT);
        answers(model, "api");
        model.delete();
    }

    /** {@code a} with target {@code b-c} and {@code a-b} with target {@code c}: the same words, and the first was first. */
    @Test
    void aModelWhoseNamesMeetAnothersSaysSoAndItsComingAndGoingIsNotNoticed() {
        var first = serving("a", "b-c");
        String own = first.stable().revision();
        try (Traffic users =
                first.traffic("arm-cpu", 10, service(first, "b-c").getMetadata().getName())) {
            var second = new Model(client, NAMESPACE, "a-b");
            second.apply("v2", Wish.plain().target("c"));
            second.awaitCondition("Stalled", "NameTaken", Duration.ofMinutes(2));
            assertThat(first.is("Ready")).isTrue();

            second.delete();
            Until.holds(
                    "the second model's things are gone",
                    Duration.ofMinutes(1),
                    () -> services("a-b", "c").isEmpty() && second.runs().isEmpty());
            Until.pause(Duration.ofSeconds(5));
            assertThat(first.runs()).hasSize(1);
            assertThat(first.is("Ready")).isTrue();
            users.assertNoFailure();
            assertThat(users.report().answered()).as("who answered").containsOnlyKeys(own);
        }
        service(first, "b-c");
        first.delete();
    }

    /** The preview of {@code cam} would be called as {@code cam-preview} is. */
    @Test
    void targetsWhoseNamesMeetBothServeAndTheEndOfOneLeavesTheOther() {
        String second =
                "    - name: cam-preview\n      accelerator: intel-cpu\n      search: {maxTrials: 1, frameworks: [OpenVINO]}\n";
        Wish one = Wish.plain().target("cam");
        Wish both = one.replacing("  rollout:\n", second + "  rollout:\n");
        var model = new Model(client, NAMESPACE, "hall");
        model.apply("v2", both);
        lent.to(model);
        model.awaitServing(null, LIMIT);
        Until.present(
                "the second target serves",
                LIMIT,
                () -> model.target("cam-preview").filter(t -> t.stable() != null && model.is("Ready")),
                model::describe);

        String own = model.target("cam-preview").orElseThrow().stable().revision();
        try (Traffic users = model.traffic(
                "arm-cpu", 10, service(model, "cam-preview").getMetadata().getName())) {
            String before = model.stable().revision();
            model.apply("v2", both.revision(1)); // and now cam has a preview
            Until.present(
                    "cam serves its new revision",
                    LIMIT,
                    () -> model.target("cam")
                            .filter(_ -> model.is("Ready") && !model.is("Reconciling"))
                            .filter(t -> !t.stable().revision().equals(before)),
                    model::describe);
            users.assertNoFailure();
            assertThat(users.report().answered())
                    .as("who answered as cam-preview")
                    .containsOnlyKeys(own);
        }

        model.apply("v2", one.revision(1));
        Until.holds(
                "the second target's Service is gone",
                Duration.ofMinutes(1),
                () -> services("hall", "cam-preview").isEmpty());
        Until.present(
                "cam serves on",
                Duration.ofMinutes(1),
                () -> model.is("Ready") ? Optional.of(true) : Optional.empty(),
                model::describe);
        answers(model, "cam");
        model.delete();
    }

    private static Model serving(String name, String target) {
        var model = new Model(client, NAMESPACE, name);
        model.apply("v2", Wish.plain().target(target));
        lent.to(model);
        model.awaitServing(null, LIMIT);
        return model;
    }

    private static void answers(Model model, String target) {
        try (Traffic traffic = model.traffic(
                "arm-cpu", 10, service(model, target).getMetadata().getName())) {
            Until.pause(Duration.ofSeconds(6));
            traffic.assertNoFailure(20);
        }
    }

    /** The one Service of the target while nothing rolls out, whatever it is called; it is this model's own. */
    private static Service service(Model model, String target) {
        List<Service> services = services(model.name(), target);
        assertThat(services).as("Services of " + model.name() + "/" + target).hasSize(1);
        EdgeModel owner = model.get();
        assertThat(services.getFirst().getMetadata().getOwnerReferences())
                .anyMatch(reference -> owner.getMetadata().getUid().equals(reference.getUid()));
        return services.getFirst();
    }

    private static List<Service> services(String model, String target) {
        return client.services()
                .inNamespace(NAMESPACE)
                .withLabels(Map.of("edgeai.dev/model", model, "edgeai.dev/target", target))
                .list()
                .getItems();
    }
}
