package dev.edgeai.operator.services;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.RequestConfigBuilder;

import java.time.Duration;

/**
 * How the API server is asked. A worker waits while its client asks again, and other models wait for the worker; whatever
 * still fails is told, and tried again by the next reconcile.
 */
public final class ApiClients {
    /** How often a request is sent again after 429, 5xx or a lost connection, after 0.1 and 0.2 s. */
    private static final int REPEATS = 2;

    private ApiClients() {}

    /** The operator's client, as its environment says. */
    public static KubernetesClient open() {
        return new KubernetesClientBuilder()
                .withConfig(patient(new ConfigBuilder()))
                .build();
    }

    /** A configuration whose client does not keep a worker for long. */
    public static Config patient(ConfigBuilder config) {
        return config.withRequestRetryBackoffLimit(REPEATS).build();
    }

    /**
     * The same client that sends a request once: what is made under its name comes back from a repetition as somebody
     * else's. It ends with the client that it is of.
     */
    public static KubernetesClient once(KubernetesClient client) {
        return once(client, Duration.ofMillis(client.getConfiguration().getRequestTimeout()));
    }

    /** The same that sends a request once, and waits so long for the answer. */
    public static KubernetesClient once(KubernetesClient client, Duration timeout) {
        return client.newClient(
                        new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                                .withRequestRetryBackoffLimit(0)
                                .withRequestTimeout((int) timeout.toMillis())
                                .build())
                .adapt(KubernetesClient.class);
    }
}
