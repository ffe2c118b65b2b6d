package dev.edgeai.api.trial;

import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What the report Job tells of: a run that has ended. JSON, gzip, Base64 in the environment variable
 * {@value #ENVIRONMENT_VARIABLE}, at most {@value #MAX_CHARACTERS} characters: the kernel takes no longer one.
 *
 * @param namespace of the run
 * @param name of the run
 * @param spec what was asked for
 * @param status what was found
 * @param memoryLimitBytes memory limit of the pods that measured; absent when they had none
 * @param repository where the report is stored, {@code registry/repository}; a referrer of the selected variant
 * @param plainHttp registries that are spoken to without TLS
 */
public record ReportRequest(
        String namespace,
        String name,
        OptimizationRunSpec spec,
        OptimizationRunStatus status,
        @Nullable Long memoryLimitBytes,
        String repository,
        List<String> plainHttp) {
    public static final String ENVIRONMENT_VARIABLE = "EDGEAI_REPORT_REQUEST";
    public static final int MAX_CHARACTERS = 100_000;
}
