package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

/** Little or nothing to judge by: no users to speak of, or nobody to ask about them. */
@Isolated("it restarts the operator")
class QuietE2E {
    private static final String NAMESPACE = "e2e-quiet";
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private static KubernetesClient client;
    private static Lent lent;
    private Model model;
    private Traffic traffic;

    @BeforeAll
    static void open() {
        client = Environment.client();
        lent = Lent.of(client);
        Model.freshNamespace(client, NAMESPACE);
    }

    @AfterEach
    void leave() {
        if (traffic != null) {
            traffic.close();
        }
        if (model != null) {
            model.delete();
        }
    }

    @AfterAll
    static void close() {
        client.namespaces().withName(NAMESPACE).delete();
        client.close();
    }

    /** The metrics are the default ones; the ratio is the template's, for a machine that all share. */
    @Test
    void aModelThatIsAskedOnceAMinuteGetsThroughItsRamp() {
        serve("quiet", 1 / 60.0);
        Version before = model.stable();
        try (var timeline = new Timeline(model)) {
            model.apply("v2", Wish.plain().revision(1));

            Version after = model.awaitServing(before, LIMIT);

            assertThat(after.digest()).isEqualTo(before.digest());
            assertThat(timeline.phases()).contains("RAMPING 0").doesNotContain("ROLLING_BACK");
            assertThat(timeline.seen().stream()
                            .filter(t -> t.phase() == RolloutPhase.PROMOTING) // what ended the ramp
                            .flatMap(t -> t.analysis().stream())
                            .map(a -> a.verdict() + " " + a.message()))
                    .anyMatch(said -> said.startsWith("PASS error-rate") && said.contains("by probes"));
        }
        traffic.assertNoFailure(0);
    }

    /** It answers during the ramp; in the bake it is away, and stays away until the newer version is on its way. */
    @Test
    void aBakeWithoutItsPrometheusEndsAndANewerVersionGetsOut() {
        try (var prometheus = PrometheusStub.start(client)) {
            Chart.upgrade("--set", "prometheus.allowed={" + prometheus.address() + "}");
            serve("unwatched", 10);
            Version before = model.stable();
            Wish wish = Wish.plain()
                    .bake("20s")
                    .replacing(
                            "        - {name: error-rate, max: \"0.01\"}\n",
                            "        - {name: error-rate, max: \"0.01\"}\n        - {name: upstream, min: \"0.5\", prometheus: "
                                    + "{query: up, address: \"" + prometheus.address() + "\"}}\n");
            model.apply("v2", wish.revision(1));
            String first = model.awaitTarget("it bakes", LIMIT, t -> t.phase() == RolloutPhase.BAKING)
                    .stable()
                    .revision();
            prometheus.away();
            model.apply("v2", wish.revision(2));
            model.awaitTarget(
                    "the newer version is on its way",
                    Duration.ofMinutes(3),
                    t -> t.candidate() != null && !t.candidate().revision().equals(first));
            prometheus.back();

            Version after = Until.present(
                    "the newer version serves",
                    LIMIT,
                    () -> model.target()
                            .filter(t -> t.phase() == RolloutPhase.IDLE && model.is("Ready"))
                            .map(t -> t.stable())
                            .filter(v ->
                                    !v.revision().equals(first) && !v.revision().equals(before.revision())),
                    model::describe);
            assertThat(after.digest()).isEqualTo(before.digest());
            traffic.assertNoFailure();
        } finally {
            Chart.upgrade("--set", "prometheus.allowed=null");
        }
    }

    private void serve(String name, double perSecond) {
        model = new Model(client, NAMESPACE, name);
        model.apply("v2", Wish.plain());
        lent.to(model);
        model.awaitServing(null, LIMIT);
        traffic = model.traffic("arm-cpu", perSecond);
    }
}
