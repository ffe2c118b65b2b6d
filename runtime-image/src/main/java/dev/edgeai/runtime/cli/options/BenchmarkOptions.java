package dev.edgeai.runtime.cli.options;

import dev.edgeai.api.v1alpha1.source.MeasurementSettings;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.runtime.benchmark.BenchmarkSettings;
import dev.edgeai.runtime.measure.MeasureSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;

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

    /** These options over what was asked for. */
    public MeasureSettings over(MeasurementSettings asked) {
        return MeasureSettings.of(asked, pairs, timeCap == null ? null : timeCap.duration());
    }
}
