package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;

import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Optional;

/**
 * A variant that was optimized once and serves many models: an administrator gives their runs the status of its run. A
 * search takes minutes and is {@link RolloutE2E}'s matter; journeys of a cluster's faults only need something certified
 * that serves.
 */
final class Lent {
    private static final String NAMESPACE = "e2e-lent";
    private static final Duration SEARCH = Duration.ofMinutes(8);

    private final KubernetesClient client;
    private final OptimizationRunStatus status;

    private Lent(KubernetesClient client, OptimizationRunStatus status) {
        this.client = client;
        this.status = status;
    }

    /** The first journey that asks waits for the search, and others for it. */
    static synchronized Lent of(KubernetesClient client) {
        Model.namespace(client, NAMESPACE);
        var origin = new Model(client, NAMESPACE, "origin");
        // How good it is, is another journey's matter.
        origin.apply(
                "v2",
                Wish.plain()
                        .replicas(0)
                        .replacing(
                                "gates: {minSpeedup: \"1.1\", maxLatencyVariation: \"3\"}",
                                "gates: {minSpeedup: \"0.1\", minMemoryReduction: \"0\", maxLatencyVariation: \"10\"}"));
        OptimizationRunStatus status = Until.present(
                "the variant that is lent is certified",
                SEARCH,
                () -> origin.runs().stream()
                        .flatMap(run -> Optional.ofNullable(run.getStatus()).stream())
                        .filter(s -> s.phase() == RunPhase.SUCCEEDED && s.report() != null)
                        .findFirst(),
                origin::describe);
        return new Lent(client, status);
    }

    /** Lends it to all runs of a model that was just made. */
    void to(Model model) {
        Until.present(
                model.name() + " has a run",
                Duration.ofMinutes(1),
                () -> model.runs().stream().findFirst(),
                model::describe);
        model.suspend(true); // its runs stand still, and nothing is written over what is lent
        Until.present(
                "the runs of " + model.name() + " have the lent result",
                Duration.ofMinutes(2),
                () -> model.runs().stream().allMatch(this::lend) ? Optional.of(true) : Optional.empty(),
                model::describe);
        model.suspend(false);
    }

    /** Whether the run has it; a stored run that stands still gets it. */
    private boolean lend(OptimizationRun run) {
        RunPhase phase = run.getStatus() == null ? null : run.getStatus().phase();
        if (phase == RunPhase.SUSPENDED) {
            try {
                client.resource(run).editStatus(stored -> {
                    stored.setStatus(status);
                    return stored;
                });
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
            }
        }
        return phase == RunPhase.SUCCEEDED;
    }

    /** The trial that was selected and certified. */
    TrialStatus trial() {
        return status.trials().stream()
                .filter(trial -> trial.name().equals(status.selected().trial()))
                .findFirst()
                .orElseThrow();
    }
}
