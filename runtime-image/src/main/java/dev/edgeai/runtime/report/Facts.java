package dev.edgeai.runtime.report;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.planner.run.Bottleneck;
import io.soabase.recordbuilder.core.RecordBuilder;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything a report says: the run as it is, and what follows from it. {@code report.json}.
 *
 * @param format {@value #FORMAT}
 * @param namespace of the run; empty when it ran without a cluster
 * @param name of the run
 * @param verdict what came of it, in a sentence
 * @param spec what was asked for
 * @param status what was found
 * @param bottlenecks of the baseline and of each measured trial that has one, by its name
 * @param notMeasured what nobody should take for measured, a sentence each
 * @param reproduction how to do it again
 */
@JsonPropertyOrder({"format", "namespace", "name", "verdict"})
@RecordBuilder
public record Facts(
        String format,
        String namespace,
        String name,
        String verdict,
        OptimizationRunSpec spec,
        OptimizationRunStatus status,
        Map<String, List<Bottleneck>> bottlenecks,
        List<String> notMeasured,
        Reproduction reproduction) {
    static final String FORMAT = "edgeai-report/v1";

    public static Facts of(ReportedRun run) {
        return FactsBuilder.builder()
                .format(FORMAT)
                .namespace(run.namespace())
                .name(run.name())
                .verdict(VerdictSentence.of(run))
                .spec(run.spec())
                .status(run.status())
                .bottlenecks(bottlenecks(run))
                .notMeasured(Gaps.of(run))
                .reproduction(Reproduction.of(run))
                .build();
    }

    private static Map<String, List<Bottleneck>> bottlenecks(ReportedRun run) {
        Map<String, Measurement> measured = new LinkedHashMap<>();
        if (run.status().baseline() != null) {
            measured.put(TrialSpec.BASELINE, run.status().baseline());
        }
        for (TrialStatus trial : run.status().trials()) {
            if (trial.measurement() != null) {
                measured.put(trial.name(), trial.measurement());
            }
        }
        Map<String, List<Bottleneck>> found = new LinkedHashMap<>();
        measured.forEach((name, measurement) -> {
            List<Bottleneck> list =
                    Bottleneck.of(measurement, run.memoryLimit()).toList();
            if (!list.isEmpty()) {
                found.put(name, list);
            }
        });
        return found;
    }
}
