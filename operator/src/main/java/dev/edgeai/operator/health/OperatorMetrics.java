package dev.edgeai.operator.health;

import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;

/** What the operator counts of itself. Label values are few: no object's name is one. */
public final class OperatorMetrics implements Metrics {
    /** Failures in a row that are more than an ordinary hiccup of the API server. */
    private static final int FAILING = 3;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /** By kind, namespace and name; only of what failed last. */
    private final Map<String, Integer> failuresInARow = new ConcurrentHashMap<>();

    public OperatorMetrics() {
        for (String kind : List.of("EdgeModel", "OptimizationRun")) {
            Gauge.builder("edgeai.reconciliation.failing", kind, this::failing)
                    .description("Objects whose last three reconciliations or more all failed")
                    .tag("kind", kind)
                    .strongReference(true)
                    .register(registry);
        }
        new JvmMemoryMetrics().bindTo(registry);
        @SuppressWarnings("resource") // lives as long as the process
        JvmGcMetrics gc = new JvmGcMetrics();
        gc.bindTo(registry);
    }

    /** The registry, for what a package counts by itself. */
    public PrometheusMeterRegistry registry() {
        return registry;
    }

    @Override
    public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
        Timer.Sample sample = Timer.start(registry);
        String outcome = "failure";
        try {
            T result = execution.execute();
            outcome = "success";
            return result;
        } finally {
            sample.stop(Timer.builder("edgeai.reconciliation.duration")
                    .description("Reconciliations and how long they took")
                    .tag("controller", execution.controllerName())
                    .tag("outcome", outcome)
                    .serviceLevelObjectives(
                            Duration.ofMillis(10),
                            Duration.ofMillis(50),
                            Duration.ofMillis(250),
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(5))
                    .register(registry));
        }
    }

    @Override
    public void failedReconciliation(HasMetadata resource, Exception exception, Map<String, Object> metadata) {
        failuresInARow.merge(key(resource), 1, Integer::sum);
        Throwable cause = exception.getCause() == null ? exception : exception.getCause();
        registry.counter(
                        "edgeai.reconciliation.failures",
                        "kind",
                        resource.getKind(),
                        "exception",
                        cause.getClass().getSimpleName())
                .increment();
    }

    @Override
    public void finishedReconciliation(HasMetadata resource, Map<String, Object> metadata) {
        failuresInARow.remove(key(resource));
    }

    @Override
    public void cleanupDoneFor(ResourceID id, Map<String, Object> metadata) {
        String suffix = key("", id.getNamespace().orElse(""), id.getName());
        failuresInARow.keySet().removeIf(key -> key.endsWith(suffix));
    }

    private static String key(HasMetadata resource) {
        return key(
                resource.getKind(),
                resource.getMetadata().getNamespace(),
                resource.getMetadata().getName());
    }

    private static String key(String kind, String namespace, String name) {
        return kind + "/" + namespace + "/" + name;
    }

    private long failing(String kind) {
        return failuresInARow.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(kind + "/") && entry.getValue() >= FAILING)
                .count();
    }

    /** Counts a finished trial. */
    public void trialFinished(String accelerator, String framework, String outcome) {
        registry.counter("edgeai.trials", "accelerator", accelerator, "framework", framework, "outcome", outcome)
                .increment();
    }

    /** Shows how many runs are in each phase, counted when asked. */
    public void runsByPhase(ToLongFunction<RunPhase> count) {
        for (RunPhase phase : RunPhase.values()) {
            Gauge.builder("edgeai.runs", phase, p -> count.applyAsLong(p))
                    .description("OptimizationRuns by phase")
                    .tag("phase", lower(phase))
                    .strongReference(true)
                    .register(registry);
        }
    }

    /** Shows whether there is a key to sign with, 1 or 0. */
    public void signingKeyUsable(BooleanSupplier usable) {
        Gauge.builder("edgeai.signing.key.usable", usable, u -> u.getAsBoolean() ? 1 : 0)
                .description("Whether certificates can be signed")
                .strongReference(true)
                .register(registry);
    }

    /** Counts a transition of a target's rollout. */
    public void rolloutTransition(RolloutPhase from, RolloutPhase to) {
        registry.counter("edgeai.rollout.transitions", "from", lower(from), "to", lower(to))
                .increment();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
