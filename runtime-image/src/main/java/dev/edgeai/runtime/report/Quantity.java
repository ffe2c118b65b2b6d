package dev.edgeai.runtime.report;

import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.value.Estimate;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What an axis of the plot shows.
 *
 * @param label with its unit
 * @param of a model's value; absent when it was not measured
 * @param interval the value's 95 % interval, where it has one
 */
record Quantity(
        String label, Function<PlotPoint, Optional<Double>> of, Function<PlotPoint, Optional<Estimate>> interval) {
    static final Quantity LATENCY = estimated("latency, share of the baseline's", PlotPoint::relativeLatency);
    static final Quantity MEMORY = plain("memory footprint, MB", Quantity::footprint);
    static final Quantity SIZE = plain("size of the files, MB", m -> m.sizeBytes() / 1e6);

    private static final Quantity METRIC =
            estimated("task metric", p -> p.measurement().quality());
    private static final Quantity KEPT = estimated("share of the baseline kept", PlotPoint::kept);
    private static final Quantity PERPLEXITY = estimated(
            "perplexity (lower is better)",
            p -> p.measurement().generation() == null
                    ? null
                    : p.measurement().generation().perplexity());

    /** How good the models are, by what most of them were measured by. */
    static Quantity quality(List<PlotPoint> points) {
        return Stream.of(METRIC, KEPT, PERPLEXITY)
                .reduce((a, b) -> b.count(points) > a.count(points) ? b : a)
                .orElseThrow();
    }

    /** Memory, or the files' size where no memory was measured. */
    static Quantity space(List<PlotPoint> points) {
        return MEMORY.count(points) > 0 ? MEMORY : SIZE;
    }

    long count(List<PlotPoint> points) {
        return points.stream().filter(p -> of.apply(p).isPresent()).count();
    }

    private static @Nullable Double footprint(Measurement m) {
        return m.footprintBytes().isPresent() ? (Double) (m.footprintBytes().getAsLong() / 1e6) : null;
    }

    private static Quantity plain(String label, Function<Measurement, @Nullable Double> of) {
        return new Quantity(label, p -> Optional.ofNullable(of.apply(p.measurement())), _ -> Optional.empty());
    }

    private static Quantity estimated(String label, Function<PlotPoint, @Nullable Estimate> of) {
        Function<PlotPoint, Optional<Estimate>> interval = p -> Optional.ofNullable(of.apply(p));
        return new Quantity(
                label,
                p -> interval.apply(p)
                        .map(e -> Objects.requireNonNull(e).value().asDouble()),
                interval);
    }
}
