package dev.edgeai.runtime.optimize;

import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.Depth;
import dev.edgeai.api.v1alpha1.Framework;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.planner.optimization.Candidate;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/**
 * What a run is asked for.
 *
 * @param name of the run
 * @param spec of an OptimizationRun, or the one that a target of an EdgeModel would get
 */
public record RunManifest(String name, OptimizationRunSpec spec) {
    /** Larger sources and datasets are refused; the chart has the same default. */
    public static final long MAX_SOURCE_BYTES = 8L << 30;

    TrialSpec baseline(int threads) {
        return trial(TrialSpec.BASELINE, null, null, Map.of(), threads);
    }

    TrialSpec trial(Candidate candidate, int threads) {
        return trial(candidate.name(), candidate.framework(), candidate.technique(), candidate.parameters(), threads);
    }

    private TrialSpec trial(
            String trial,
            @Nullable Framework framework,
            @Nullable String technique,
            Map<String, String> parameters,
            int threads) {
        return new TrialSpec(
                name,
                trial,
                spec.task(),
                framework,
                technique,
                parameters,
                spec.source(),
                spec.evaluation(),
                spec.accelerator(),
                threads,
                spec.seed(),
                LocalRun.REPOSITORY,
                List.of(),
                MAX_SOURCE_BYTES,
                Depth.FULL,
                null,
                Map.of());
    }
}
