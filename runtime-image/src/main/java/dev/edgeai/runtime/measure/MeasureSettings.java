package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.runtime.benchmark.BenchmarkSettings;
import dev.edgeai.runtime.pod.UsageException;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Map;

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
    private static final String PREFIX = "measure.";

    /** Where texts are cut. */
    private static final int MAX_TOKENS = 128;

    /** llama.cpp maps its file: two loads of a language model share their pages and hardly differ. */
    private static final int REQUEST_ROUNDS = 6;

    /** A request takes some hundred times as long as an inference. */
    private static final int REQUEST_TIME = 3;

    /** Full measurement, where nothing else is asked for. */
    private static final MeasureSettings FULL = new MeasureSettings(
            BenchmarkSettings.DEFAULT_PAIRS,
            BenchmarkSettings.DEFAULT_ROUNDS,
            BenchmarkSettings.DEFAULT_TIME_CAP,
            3,
            Integer.MAX_VALUE,
            30,
            4_096,
            100);

    /** Enough to see what is clearly worse. */
    private static final MeasureSettings SCREENING =
            new MeasureSettings(100, 6, Duration.ofSeconds(3), 1, 128, 12, 1_024, 0);

    /**
     * The command line over {@code measure.*} of the trial's parameters ({@code measure.pairs}, {@code measure.timeCap},
     * {@code measure.memoryRepetitions}, {@code measure.requests}, {@code measure.tokens}, {@code measure.prompts}) over
     * the defaults.
     *
     * @throws UsageException a value is no number or time
     */
    public static MeasureSettings of(
            Map<String, String> parameters, @Nullable Integer pairs, @Nullable Duration timeCap) {
        try {
            return new MeasureSettings(
                    Math.max(
                            BenchmarkSettings.MIN_PAIRS,
                            pairs != null ? pairs : number(parameters, "pairs", FULL.pairs)),
                    FULL.rounds,
                    timeCap != null ? timeCap : span(parameters),
                    Math.max(1, number(parameters, "memoryRepetitions", FULL.memoryRepetitions)),
                    FULL.samples,
                    number(parameters, "requests", FULL.requests),
                    number(parameters, "tokens", FULL.tokens),
                    number(parameters, "prompts", FULL.prompts));
        } catch (IllegalArgumentException e) {
            throw new UsageException("The trial's measure.* parameters are wrong: " + e.getMessage());
        }
    }

    /**
     * Tokens of a text that a text model reads at most: {@code measure.maxTokens} of the trial's parameters, default 128.
     *
     * @throws UsageException it is no number above 0
     */
    public static int maxTokens(Map<String, String> parameters) {
        try {
            int tokens = number(parameters, "maxTokens", MAX_TOKENS);
            if (tokens > 0) {
                return tokens;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw new UsageException("The trial's measure.maxTokens must be a number above 0.");
    }

    private static int number(Map<String, String> parameters, String name, int otherwise) {
        String value = parameters.get(PREFIX + name);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    private static Duration span(Map<String, String> parameters) {
        String value = parameters.get(PREFIX + "timeCap");
        return value == null ? FULL.timeCap : new TimeSpan(value).duration();
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
        return spec.evaluation().cpuWaitLimit().asDouble();
    }
}
