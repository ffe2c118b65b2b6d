package dev.edgeai.runtime.optimize;

import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.trial.TrialSpecBuilder;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.planner.run.RunAction;
import dev.edgeai.planner.technique.Candidate;
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

    /**
     * The source as it is.
     *
     * @param trial the baseline, or the source as what is to serve
     * @param made whether llama.cpp's optimizer makes it of a checkpoint
     */
    TrialSpec unchanged(String trial, int threads, boolean made) {
        return trial(
                trial,
                made ? Framework.LLAMA_CPP : null,
                made ? TrialSpec.BASELINE : null,
                Map.of(),
                threads,
                Depth.FULL,
                null,
                Map.of());
    }

    TrialSpec trial(RunAction.StartTrial start, int threads) {
        Candidate candidate = start.candidate();
        return trial(
                candidate.name(),
                candidate.framework(),
                candidate.technique(),
                candidate.base() == null ? candidate.parameters() : Map.of(),
                threads,
                start.depth(),
                start.variantDigest(),
                start.engineOptions());
    }

    private TrialSpec trial(
            String trial,
            @Nullable Framework framework,
            @Nullable String technique,
            Map<String, String> parameters,
            int threads,
            Depth depth,
            @Nullable String variantDigest,
            Map<String, String> engineOptions) {
        return TrialSpecBuilder.builder()
                .run(name)
                .trial(trial)
                .task(spec.task())
                .framework(framework)
                .technique(technique)
                .parameters(parameters)
                .source(spec.source())
                .evaluation(spec.evaluation())
                .accelerator(spec.accelerator())
                .threads(threads)
                .seed(spec.seed())
                .repository(LocalRun.REPOSITORY)
                .plainHttp(List.of())
                .maxSourceBytes(MAX_SOURCE_BYTES)
                .depth(depth)
                .variantDigest(variantDigest)
                .engineOptions(engineOptions)
                .build();
    }
}
