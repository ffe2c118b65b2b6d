package dev.edgeai.runtime.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.api.trial.ReportRequest;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.pod.UsageException;

import java.util.OptionalLong;

/**
 * The run that a report tells of.
 *
 * @param namespace of the run; empty when it ran without a cluster
 * @param name of the run
 * @param spec what was asked for
 * @param status what was found, so far or in the end
 * @param memoryLimit of the pods that measured, bytes; absent when there was none or it is not known
 */
public record ReportedRun(
        String namespace,
        String name,
        OptimizationRunSpec spec,
        OptimizationRunStatus status,
        OptionalLong memoryLimit) {
    public static ReportedRun of(ReportRequest request) {
        Long limit = request.memoryLimitBytes();
        return new ReportedRun(
                request.namespace(),
                request.name(),
                request.spec(),
                request.status(),
                limit == null ? OptionalLong.empty() : OptionalLong.of(limit));
    }

    /**
     * Reads what {@code kubectl get or NAME -o json} prints.
     *
     * @throws UsageException it is no OptimizationRun, or none that has a status yet
     */
    public static ReportedRun read(String json, OptionalLong memoryLimit) {
        try {
            JsonNode run = Json.mapper().readTree(json);
            if (!run.path("kind").asText().equals("OptimizationRun")) {
                throw new UsageException("This is no OptimizationRun but '%s'; give 'kubectl get or NAME -o json'."
                        .formatted(run.path("kind").asText()));
            }
            if (!run.path("status").isObject()) {
                throw new UsageException("The run has no status yet; ask again when its baseline is measured.");
            }
            JsonNode metadata = run.path("metadata");
            return new ReportedRun(
                    metadata.path("namespace").asText(),
                    metadata.path("name").asText(),
                    Json.mapper().treeToValue(run.path("spec"), OptimizationRunSpec.class),
                    Json.mapper().treeToValue(run.path("status"), OptimizationRunStatus.class),
                    memoryLimit);
        } catch (JsonProcessingException e) {
            throw new UsageException("This is no OptimizationRun in JSON: " + e.getOriginalMessage());
        }
    }
}
