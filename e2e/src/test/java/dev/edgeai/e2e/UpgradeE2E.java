package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import static org.assertj.core.api.Assertions.assertThat;

/** The operator is upgraded while models serve: they get the new runtime one after the other. */
@Isolated("it upgrades the operator")
class UpgradeE2E {
    private static final String NAMESPACE = "e2e-upgrade";
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final String NEXT = Environment.imageTag() + "-next";

    private static KubernetesClient client;
    private static final List<Model> MODELS = new ArrayList<>();
    private static final List<Traffic> USERS = new ArrayList<>();

    @BeforeAll
    static void serveThreeModels() {
        client = Environment.client();
        Lent lent = Lent.of(client);
        Model.freshNamespace(client, NAMESPACE);
        for (String name : List.of("first", "second", "third")) {
            var model = new Model(client, NAMESPACE, name);
            model.apply("v2", Wish.plain().hold("2s").bake("2s"));
            lent.to(model);
            MODELS.add(model);
        }
        for (Model model : MODELS) {
            model.awaitServing(null, LIMIT);
            USERS.add(model.traffic("arm-cpu", 5));
        }
    }

    @AfterAll
    static void close() {
        USERS.forEach(Traffic::close);
        client.namespaces().withName(NAMESPACE).delete();
        Until.holds(
                "the models are gone",
                Duration.ofMinutes(3),
                () -> client.namespaces().withName(NAMESPACE).get() == null);
        Chart.upgrade("--set-string", "image.tag=" + Environment.imageTag());
        client.close();
    }

    /** The same image under another tag: that it is as good is what has to be found out, one model at a time. */
    @Test
    void aNewRuntimeTagReachesThreeModelsOneAfterTheOtherAndNoRequestFails() throws Exception {
        for (String image : List.of("operator", "runtime", "optimizer-openvino", "optimizer-onnxruntime")) {
            tag(image, Environment.imageTag(), NEXT);
        }
        List<Version> before = MODELS.stream().map(Model::stable).toList();
        Chart.upgrade("--set-string", "image.tag=" + NEXT);

        Instant end = Instant.now().plus(Duration.ofMinutes(12));
        Set<String> moved = new TreeSet<>();
        while (moved.size() < MODELS.size() && Instant.now().isBefore(end)) {
            List<String> moving = MODELS.stream()
                    .filter(m -> m.target().orElseThrow().phase() != RolloutPhase.IDLE)
                    .map(Model::name)
                    .toList();
            assertThat(moving).as("models that roll out at the same time").hasSizeLessThanOrEqualTo(1);
            MODELS.stream()
                    .filter(m -> m.target().orElseThrow().phase() == RolloutPhase.IDLE
                            && String.valueOf(m.stable().image()).endsWith(":" + NEXT))
                    .map(Model::name)
                    .forEach(moved::add);
            Until.pause(Duration.ofMillis(250));
        }

        assertThat(moved).as("models with the new runtime").containsExactly("first", "second", "third");
        for (int i = 0; i < MODELS.size(); i++) {
            Version after = MODELS.get(i).awaitServing(before.get(i), LIMIT);
            assertThat(after.digest()).isEqualTo(before.get(i).digest());
            assertThat(MODELS.get(i).pods(after.revision()))
                    .allSatisfy(pod -> assertThat(
                                    pod.getSpec().getContainers().getFirst().getImage())
                            .endsWith(":" + NEXT));
            USERS.get(i).assertNoFailure();
        }
    }

    /** In the registry, whose API needs no bytes of the image for that. */
    private static void tag(String image, String from, String to) throws IOException, InterruptedException {
        String manifests =
                "http://" + Environment.imageRegistry().replaceFirst("/", "/v2/") + "/" + image + "/manifests/";
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> manifest = http.send(
                    HttpRequest.newBuilder(URI.create(manifests + from))
                            .header("Accept", "application/vnd.oci.image.manifest.v1+json")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(manifest.statusCode()).as("GET " + manifests + from).isEqualTo(200);
            HttpResponse<String> put = http.send(
                    HttpRequest.newBuilder(URI.create(manifests + to))
                            .header(
                                    "Content-Type",
                                    manifest.headers()
                                            .firstValue("Content-Type")
                                            .orElseThrow())
                            .PUT(HttpRequest.BodyPublishers.ofString(manifest.body()))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(put.statusCode())
                    .as("PUT " + manifests + to + ": " + put.body())
                    .isEqualTo(201);
        }
    }
}
