package dev.edgeai.operator.services;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.operator.config.OperatorEnvironment;
import dev.edgeai.operator.health.OperatorMetrics;
import dev.edgeai.operator.job.SealKey;
import dev.edgeai.operator.job.Seals;
import dev.edgeai.operator.signing.SigningKeys;
import dev.edgeai.operator.status.Events;
import io.fabric8.kubernetes.client.KubernetesClient;

import java.time.Clock;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * What every reconciler is handed.
 *
 * @param client the API server
 * @param settings what the environment says
 * @param config what the administrator configured
 * @param keys the signing key
 * @param seals tells the operator's Jobs from others
 * @param events tells people what happened
 * @param metrics counts
 * @param clock the time
 */
public record Services(
        KubernetesClient client,
        OperatorEnvironment settings,
        OperatorConfig config,
        SigningKeys keys,
        Seals seals,
        Events events,
        OperatorMetrics metrics,
        Clock clock) {
    /** Field manager of everything the operator applies. */
    public static final String FIELD_MANAGER = "edgeai-operator";

    /** What serves does not wait longer than this for a word about it. */
    private static final Duration EVENT_TIMEOUT = Duration.ofSeconds(3);

    /** Puts the services together for one process. */
    public static Services of(
            KubernetesClient client, OperatorEnvironment settings, OperatorConfig config, Clock clock) {
        SigningKeys keys = new SigningKeys(
                client, settings.namespace(), config.signing(), () -> certified(client, settings), clock);
        OperatorMetrics metrics = new OperatorMetrics();
        metrics.signingKeyUsable(() -> keys.lost().isEmpty());
        return new Services(
                client,
                settings,
                config,
                keys,
                new Seals(new SealKey(client, settings.namespace())),
                new Events(ApiClients.once(client, EVENT_TIMEOUT), clock, settings.identity()),
                metrics,
                clock);
    }

    /** Whether any run holds a certificate, so that there was a key. */
    private static boolean certified(KubernetesClient client, OperatorEnvironment settings) {
        var runs = client.resources(OptimizationRun.class);
        Stream<OptimizationRun> all = settings.watchNamespaces().isEmpty()
                ? runs.inAnyNamespace().list().getItems().stream()
                : settings.watchNamespaces().stream()
                        .flatMap(namespace -> runs.inNamespace(namespace).list().getItems().stream());
        return all.anyMatch(run ->
                run.getStatus() != null && !run.getStatus().certificates().isEmpty());
    }
}
