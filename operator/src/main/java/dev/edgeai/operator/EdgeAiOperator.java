package dev.edgeai.operator;

import dev.edgeai.operator.config.OperatorEnvironment;
import dev.edgeai.operator.health.HealthServer;
import dev.edgeai.operator.model.EdgeModelReconciler;
import dev.edgeai.operator.optimization.OptimizationRunReconciler;
import dev.edgeai.operator.services.Services;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;

/** One running operator: controllers, leader election, health. */
public final class EdgeAiOperator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EdgeAiOperator.class);
    private static final String LEASE = "edgeai-operator";

    /** How long nobody leads after a leader was killed; a rollback waits for it. */
    private static final Duration LEASE_DURATION = Duration.ofSeconds(10);

    private static final Duration RENEW_DEADLINE = Duration.ofSeconds(7);
    private static final Duration RETRY_PERIOD = Duration.ofSeconds(1);
    private static final int RECONCILERS_AT_A_TIME = 8;
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration RESYNC = Duration.ofMinutes(10);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

    private final Services services;
    private final Runnable onLostLead;
    private final EdgeModelReconciler models;
    private final Operator operator;
    private final HealthServer health;
    private volatile boolean stopping;

    private EdgeAiOperator(Services services, Runnable onLostLead) throws IOException {
        this.services = services;
        this.onLostLead = onLostLead;
        this.models = new EdgeModelReconciler(services);
        this.operator = new Operator(this::configure);
        this.health = HealthServer.start(services.settings().healthPort(), this::notReady, services.metrics());
    }

    /**
     * Starts to reconcile.
     *
     * @param onLostLead called when another process took the lead: this one must end, or two would write
     */
    public static EdgeAiOperator start(Services services, Runnable onLostLead) throws IOException {
        EdgeAiOperator running = new EdgeAiOperator(services, onLostLead);
        try {
            ServedKinds.await(services.client(), services.settings().watchNamespaces());
            services.keys().ensure();
            running.register(new OptimizationRunReconciler(services));
            running.register(running.models);
            running.operator.start();
        } catch (RuntimeException e) {
            running.close();
            throw e;
        }
        LOG.info(
                "watching {}",
                services.settings().watchNamespaces().isEmpty()
                        ? "all namespaces"
                        : services.settings().watchNamespaces());
        return running;
    }

    public int healthPort() {
        return health.port();
    }

    /** Lets reconciliations end, gives up the lead, and closes the client. */
    @Override
    public void close() {
        stopping = true;
        operator.stop();
        models.close();
        health.close();
        if (services.settings().leaderElection()) {
            giveUpLead(services.client(), services.settings());
        }
        services.client().close();
    }

    /** So that a stand-by, or the pod that replaces this one, need not wait until the Lease expires. */
    private static void giveUpLead(KubernetesClient client, OperatorEnvironment settings) {
        var lease = client.leases().inNamespace(settings.namespace()).withName(LEASE);
        try {
            @Nullable Lease held = lease.get();
            if (held != null && settings.identity().equals(held.getSpec().getHolderIdentity())) {
                held.getSpec().setHolderIdentity("");
                client.resource(held).lockResourceVersion().update();
            }
        } catch (KubernetesClientException e) {
            LOG.warn("cannot give up the lead, it expires by itself: {}", e.getMessage());
        }
    }

    private <R extends HasMetadata> void register(Reconciler<R> reconciler) {
        operator.register(reconciler, controller -> {
            controller
                    .withFieldManager(Services.FIELD_MANAGER)
                    .withReconciliationMaxInterval(RESYNC)
                    .withRetry(new GenericRetry()
                            .setInitialInterval(FIRST_RETRY)
                            .setIntervalMultiplier(2)
                            .setMaxInterval(LONGEST_RETRY.toMillis())
                            .withoutMaxAttempts());
            if (services.settings().watchNamespaces().isEmpty()) {
                controller.watchingAllNamespaces();
            } else {
                controller.settingNamespaces(services.settings().watchNamespaces());
            }
        });
    }

    private void configure(ConfigurationServiceOverrider configuration) {
        configuration
                .withKubernetesClient(services.client())
                .withMetrics(services.metrics())
                .withConcurrentReconciliationThreads(RECONCILERS_AT_A_TIME)
                .withReconciliationTerminationTimeout(STOP_TIMEOUT)
                .withParseResourceVersions(true)
                .withCloneSecondaryResourcesWhenGettingFromCache(false)
                // closed after the lead is given up
                .withCloseClientOnStop(false);
        if (services.settings().leaderElection()) {
            elect(configuration, services.settings());
        }
    }

    private void elect(ConfigurationServiceOverrider configuration, OperatorEnvironment settings) {
        configuration.withLeaderElectionConfiguration(
                LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
                        .withLeaseNamespace(settings.namespace())
                        .withIdentity(settings.identity())
                        .withLeaseDuration(LEASE_DURATION)
                        .withRenewDeadline(RENEW_DEADLINE)
                        .withRetryPeriod(RETRY_PERIOD)
                        // JOSDK would call System.exit, which waits for the shutdown hook that gives up the lead
                        .withExitOnStopLeading(false)
                        .withLeaderCallbacks(new LeaderCallbacks(() -> {}, this::stoppedLeading, _ -> {}))
                        .build());
    }

    private void stoppedLeading() {
        if (!stopping) {
            LOG.error("lost the lead; ending so that two operators never write");
            onLostLead.run();
        }
    }

    private String notReady() {
        if (!operator.getRuntimeInfo().isStarted()) {
            return "not started: caches are being filled";
        }
        return operator.getRuntimeInfo().allEventSourcesAreHealthy()
                ? ""
                : "watches are broken: "
                        + operator.getRuntimeInfo().unhealthyEventSources().keySet();
    }
}
