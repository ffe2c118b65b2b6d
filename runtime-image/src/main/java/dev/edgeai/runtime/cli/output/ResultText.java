package dev.edgeai.runtime.cli.output;

import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.value.Estimate;
import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.Objects;

/** A trial's result for people. */
public final class ResultText {
    private ResultText() {}

    public static String of(TrialResult result) {
        StringBuilder text = new StringBuilder(line("baseline", result.baseline()));
        if (result.variant() != null) {
            text.append(line("variant", result.variant()));
        }
        Comparison comparison = result.comparison();
        if (comparison != null) {
            text.append("speed-up     ").append(estimate(comparison.speedup())).append('\n');
            text.append("retention    ")
                    .append(estimate(comparison.accuracyRetention()))
                    .append('\n');
            text.append("fidelity     ").append(estimate(comparison.fidelity())).append('\n');
            text.append("memory saved ").append(comparison.memoryReduction()).append('\n');
            text.append("size saved   ").append(comparison.sizeReduction()).append('\n');
        }
        if (result.digest() != null) {
            text.append("pushed       ").append(result.digest()).append('\n');
        }
        return text.toString().stripTrailing();
    }

    private static String line(String label, Measurement m) {
        if (!m.timed()) {
            return String.format(
                    Locale.ROOT,
                    "%-12s %s: quality %s; not timed on this hardware; files %.2f MB%n",
                    label,
                    m.engine(),
                    estimate(m.quality()),
                    m.sizeBytes() / 1e6);
        }
        return String.format(
                Locale.ROOT,
                "%-12s %s, %d thread(s): quality %s; p50 %d us, p95 %d us, p99 %d us, variation %s, %s/s, waited for a core %s;"
                        + " memory %.1f MB over the engine's %.1f MB; files %.2f MB%n",
                label,
                m.engine(),
                m.threads(),
                estimate(m.quality()),
                m.latencyP50Micros(),
                m.latencyP95Micros(),
                m.latencyP99Micros(),
                m.latencyVariation(),
                m.throughput(),
                m.cpuWait() == null ? "-" : m.cpuWait().share(),
                m.footprintBytes().orElse(0) / 1e6,
                Objects.requireNonNullElse(m.engineMemoryBytes(), 0L) / 1e6,
                m.sizeBytes() / 1e6);
    }

    static String estimate(@Nullable Estimate estimate) {
        return estimate == null
                ? "-"
                : "%s [%s, %s] of %d"
                        .formatted(estimate.value(), estimate.lower(), estimate.upper(), estimate.samples());
    }
}
