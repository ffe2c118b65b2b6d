package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.Depth;
import dev.edgeai.api.v1alpha1.Evaluation;
import dev.edgeai.api.v1alpha1.TimeSpan;
import dev.edgeai.runtime.benchmark.Settings;
import dev.edgeai.runtime.cli.UsageException;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Map;

/**
 * How much is measured.
 *
 * @param pairs timed inferences of each model
 * @param timeCap most time for timing them
 * @param memoryRepetitions processes for each memory reading
 */
public record MeasureSettings(int pairs, Duration timeCap, int memoryRepetitions) {
    private static final String PREFIX = "measure.";
    private static final int MEMORY_REPETITIONS = 3;
    private static final Duration SCREENING_CAP = Duration.ofSeconds(3);
    private static final int SCREENING_SAMPLES = 256;

    /**
     * The command line over {@code measure.*} of the trial's parameters ({@code measure.pairs}, {@code measure.timeCap},
     * {@code measure.memoryRepetitions}) over the defaults.
     *
     * @throws UsageException a value is no number or time
     */
    public static MeasureSettings of(
            Map<String, String> parameters, @Nullable Integer pairs, @Nullable Duration timeCap) {
        try {
            return new MeasureSettings(
                    pairs != null ? pairs : number(parameters, "pairs", Settings.DEFAULT_PAIRS),
                    timeCap != null ? timeCap : span(parameters),
                    Math.max(1, number(parameters, "memoryRepetitions", MEMORY_REPETITIONS)));
        } catch (IllegalArgumentException e) {
            throw new UsageException("The trial's measure.* parameters are wrong: " + e.getMessage());
        }
    }

    /** The same for a depth: a screening is as short as can be. */
    MeasureSettings at(Depth depth) {
        return depth == Depth.FULL
                ? this
                : new MeasureSettings(
                        Settings.MIN_PAIRS, timeCap.compareTo(SCREENING_CAP) < 0 ? timeCap : SCREENING_CAP, 1);
    }

    /** What is evaluated at a depth: of a screening the first few samples. */
    static Evaluation evaluation(TrialSpec spec) {
        Evaluation e = spec.evaluation();
        return spec.depth() == Depth.FULL
                ? e
                : new Evaluation(
                        e.dataset(), e.metric(), Math.min(e.samples(), SCREENING_SAMPLES), e.calibrationSamples());
    }

    private static int number(Map<String, String> parameters, String name, int otherwise) {
        String value = parameters.get(PREFIX + name);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    private static Duration span(Map<String, String> parameters) {
        String value = parameters.get(PREFIX + "timeCap");
        return value == null ? Settings.DEFAULT_TIME_CAP : new TimeSpan(value).duration();
    }

    Settings benchmark(long seed) {
        return new Settings(pairs, timeCap, seed);
    }
}
