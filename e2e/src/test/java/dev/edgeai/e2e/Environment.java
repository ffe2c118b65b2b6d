package dev.edgeai.e2e;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

import java.nio.file.Files;
import java.nio.file.Path;

/** What {@code ./test} has prepared: a cluster with the operator, models in the registry. */
final class Environment {
    private Environment() {}

    private static final int REQUEST_TIMEOUT_MILLIS = 60_000;

    static KubernetesClient client() {
        Config config = Config.autoConfigure(null); // KUBECONFIG
        // A journey takes parts of the cluster away and shares its cores with it
        config.setRequestTimeout(REQUEST_TIMEOUT_MILLIS);
        config.setConnectionTimeout(REQUEST_TIMEOUT_MILLIS);
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    /** Root of the repository. */
    static Path root() {
        return Path.of(required("EDGEAI_ROOT"));
    }

    /** Registry and path of our images, as pods name them. */
    static String imageRegistry() {
        return required("EDGEAI_IMAGE_REGISTRY");
    }

    static String imageTag() {
        return required("EDGEAI_IMAGE_TAG");
    }

    static String runtimeImage() {
        return imageRegistry() + "/runtime:" + imageTag();
    }

    /** {@code host:port} of the registry. */
    static String registry() {
        return required("EDGEAI_REGISTRY");
    }

    /** Folder with the prepared model of this name: {@code model.onnx}. */
    static Path model(String name) {
        Path folder = Path.of(required("EDGEAI_E2E_MODELS")).resolve(name);
        if (!Files.isDirectory(folder)) {
            throw new IllegalStateException(folder + " is missing; run ./test, which prepares it");
        }
        return folder;
    }

    /** A request with one image, as the demo models take it. */
    static Path request() {
        return Path.of(required("EDGEAI_E2E_MODELS")).resolve("request.json");
    }

    private static String required(String name) {
        String value = System.getenv(name);
        if (value == null || value.isBlank()) {
            throw new IllegalStateException(name + " is not set; run these tests with ./test e2e");
        }
        return value;
    }
}
