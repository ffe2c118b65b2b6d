package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.source.MeasurementSettings;
import dev.edgeai.runtime.benchmark.BenchmarkSettings;
import org.jspecify.annotations.Nullable;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param pairs timed inferences of each model
 * @param rounds loads of each model for timing
 * @param timeCap most time for timing them
 * @param memoryRepetitions processes for each memory reading
 * @param samples evaluation samples at most
 * @param requests timed requests to a language model
 * @param tokens tokens of text that a language model predicts at most
 * @param prompts labelled prompts that a language model answers at most
 */
public record MeasureSettings(
        int pairs,
        int rounds,
        Duration timeCap,
        int memoryRepetitions,
        int samples,
        int requests,
        int tokens,
        int prompts) {
    /** llama.cpp maps its file: two loads of a language model share their pages and hardly differ. */
    private static final int REQUEST_ROUNDS = 6;

    /** A request takes some hundred times as long as an inference. */
    private static final int REQUEST_TIME = 3;

    /** Processes for each memory reading of a full measurement. */
    private static final int MEMORY_REPETITIONS = 3;

    /** Enough to see what is clearly worse. */
    private static final MeasureSettings SCREENING =
            new MeasureSettings(100, 6, Duration.ofSeconds(3), 1, 128, 12, 1_024, 0);

    /**
     * Of a full measurement: the command line over what was asked for.
     *
     * @param asked {@code spec.evaluation.measurement}
     * @param pairs on the command line
     * @param timeCap on the command line
     */
    public static MeasureSettings of(MeasurementSettings asked, @Nullable Integer pairs, @Nullable Duration timeCap) {
        return new MeasureSettings(
                Math.max(BenchmarkSettings.MIN_PAIRS, pairs != null ? pairs : asked.pairs()),
                BenchmarkSettings.DEFAULT_ROUNDS,
                timeCap != null ? timeCap : asked.timeCap().duration(),
                MEMORY_REPETITIONS,
                Integer.MAX_VALUE,
                asked.requests(),
                asked.tokens(),
                asked.prompts());
    }

    /** These, or less when a trial is only screened. */
    MeasureSettings at(Depth depth) {
        return depth == Depth.FULL
                ? this
                : new MeasureSettings(
                        Math.min(pairs, SCREENING.pairs),
                        Math.min(rounds, SCREENING.rounds),
                        timeCap.compareTo(SCREENING.timeCap) < 0 ? timeCap : SCREENING.timeCap,
                        Math.min(memoryRepetitions, SCREENING.memoryRepetitions),
                        Math.min(samples, SCREENING.samples),
                        Math.min(requests, SCREENING.requests),
                        Math.min(tokens, SCREENING.tokens),
                        Math.min(prompts, SCREENING.prompts));
    }

    BenchmarkSettings benchmark(TrialSpec spec) {
        return BenchmarkSettings.ofInferences(pairs, rounds, timeCap, maxCpuWait(spec), spec.seed());
    }

    BenchmarkSettings requestBenchmark(TrialSpec spec) {
        return BenchmarkSettings.ofRequests(
                requests,
                Math.min(rounds, REQUEST_ROUNDS),
                timeCap.multipliedBy(REQUEST_TIME),
                maxCpuWait(spec),
                spec.seed());
    }

    private static double maxCpuWait(TrialSpec spec) {
        return spec.evaluation().measured().maxCpuWait().asDouble();
    }
}
