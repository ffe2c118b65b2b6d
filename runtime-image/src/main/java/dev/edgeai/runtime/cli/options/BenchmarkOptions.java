package dev.edgeai.runtime.cli.options;

import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.runtime.benchmark.BenchmarkSettings;
import dev.edgeai.runtime.measure.MeasureSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Options of the verbs that time. */
public final class BenchmarkOptions {
    @Option(
            names = "--pairs",
            converter = NumberArgument.Positive.class,
            description = "Timed inferences of each model; at least " + BenchmarkSettings.MIN_PAIRS + " (default: "
                    + BenchmarkSettings.DEFAULT_PAIRS + ").")
    private @Nullable Integer pairs;

    @Option(
            names = "--time-cap",
            paramLabel = "20s",
            converter = PositiveSpan.class,
            description = "Most time for timing (default: 20s).")
    private @Nullable TimeSpan timeCap;

    /** As they were given, for another process. */
    public List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        if (pairs != null) {
            arguments.addAll(List.of("--pairs", pairs.toString()));
        }
        if (timeCap != null) {
            arguments.addAll(List.of("--time-cap", timeCap.text()));
        }
        return arguments;
    }

    /** These options over a trial's parameters over the defaults. */
    public MeasureSettings over(Map<String, String> parameters) {
        return MeasureSettings.of(parameters, pairs, timeCap == null ? null : timeCap.duration());
    }
}
