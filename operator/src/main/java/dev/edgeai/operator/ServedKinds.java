package dev.edgeai.operator;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.operator.config.ConfigException;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Waits until the API server serves both kinds: right after their CRDs are installed it does not yet. */
final class ServedKinds {
    private static final Logger LOG = LoggerFactory.getLogger(ServedKinds.class);
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int ATTEMPTS = 60;

    private ServedKinds() {}

    /**
     * Returns when a list of each kind is answered.
     *
     * @throws ConfigException when a kind is not served, or may not be listed, for half a minute
     */
    static void await(KubernetesClient client, Set<String> namespaces) {
        for (Class<? extends CustomResource<?, ?>> kind : List.of(EdgeModel.class, OptimizationRun.class)) {
            await(client, namespaces, kind);
        }
    }

    private static void await(
            KubernetesClient client, Set<String> namespaces, Class<? extends CustomResource<?, ?>> kind) {
        for (int attempt = 1; ; attempt++) {
            try {
                list(client, namespaces, kind);
                return;
            } catch (KubernetesClientException e) {
                if (attempt == ATTEMPTS) {
                    throw new ConfigException(advice(kind, e), e);
                }
                LOG.debug("{} cannot be listed yet: {}", kind.getSimpleName(), e.getMessage());
                pause();
            }
        }
    }

    private static void list(
            KubernetesClient client, Set<String> namespaces, Class<? extends CustomResource<?, ?>> kind) {
        var one = new ListOptionsBuilder().withLimit(1L).build();
        if (namespaces.isEmpty()) {
            client.resources(kind).inAnyNamespace().list(one);
        }
        namespaces.forEach(
                namespace -> client.resources(kind).inNamespace(namespace).list(one));
    }

    private static String advice(Class<?> kind, KubernetesClientException e) {
        String next = switch (e.getCode()) {
            case HttpURLConnection.HTTP_NOT_FOUND -> "install its CRD (helm upgrade --install does)";
            case HttpURLConnection.HTTP_FORBIDDEN -> "give the service account the roles of the chart";
            default -> "is the API server up?";
        };
        return "cannot list " + kind.getSimpleName() + ": " + e.getMessage() + "; " + next;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("told to stop while starting", e);
        }
    }
}
