package dev.edgeai.runtime.measure;

import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.Measurement.Generation;
import dev.edgeai.api.v1alpha1.measurement.MeasurementBuilder;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.runtime.benchmark.Energy;
import dev.edgeai.runtime.benchmark.EnergyMeter;
import dev.edgeai.runtime.benchmark.Inferences;
import dev.edgeai.runtime.benchmark.LatencySummary;
import dev.edgeai.runtime.benchmark.Timings;
import dev.edgeai.runtime.benchmark.Workload;
import dev.edgeai.runtime.dataset.Dataset;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Adds memory, size and energy to a model's timings.
 *
 * @param dataset gives the inputs
 * @param memory measures memory
 * @param progress told what is done
 */
record Measuring(Dataset dataset, MemoryProbe memory, Progress progress) {

    Measurement measurement(Model model, Timings timings, @Nullable Estimate quality) throws IOException {
        progress.line("memory " + model.label());
        return of(
                model,
                timings,
                quality,
                memory.measure(new MemoryTask(
                        model.folder().toString(),
                        model.descriptor(),
                        model.threads(),
                        model.concurrency(),
                        shapes(),
                        List.of())));
    }

    /** Without its memory: a screening takes the baseline's from the baseline trial. */
    Measurement withoutMemory(Model model, Timings timings, @Nullable Estimate quality) throws IOException {
        return of(model, timings, quality, null);
    }

    private Measurement of(Model model, Timings timings, @Nullable Estimate quality, MemoryProbe.@Nullable Memory taken)
            throws IOException {
        Energy energy = energy(() -> inferences(model), timings);
        return of(model, timings, quality, taken, energy, null);
    }

    /** Loads the model, to infer the dataset's samples. */
    Workload inferences(Model model) {
        return Inferences.of(model.load(), dataset);
    }

    /** The energy of one request. */
    static Energy energy(Supplier<Workload> loader, Timings timings) {
        try (Workload loaded = loader.get()) {
            return EnergyMeter.ofThisNode().measure(loaded, timings);
        }
    }

    /** All that was found out about a model. */
    static Measurement of(
            Model model,
            Timings timings,
            @Nullable Estimate quality,
            MemoryProbe.@Nullable Memory taken,
            Energy energy,
            @Nullable Generation generation)
            throws IOException {
        LatencySummary latency = timings.summary();
        return MeasurementBuilder.builder()
                .engine(model.engine())
                .threads(model.threads())
                .concurrency(taken == null ? null : model.concurrency())
                .quality(quality)
                .latencyP50Micros(micros(latency.p50()))
                .latencyP95Micros(micros(latency.p95()))
                .latencyP95Interval(timings.p95Interval())
                .latencyP99Micros(micros(latency.p99()))
                .latencyVariation(Decimal.of(latency.variation()))
                .latencyVariationInterval(timings.variationInterval())
                .latencySamples(timings.samples())
                .throughput(Decimal.of(latency.throughput()))
                .peakMemoryBytes(taken == null ? null : taken.peakBytes())
                .engineMemoryBytes(taken == null ? null : taken.engineBytes())
                .sizeBytes(model.bytes())
                .cpuUtilization(Decimal.of(timings.cpuUtilization()))
                .joulesPerInference(Decimal.of(energy.joules()))
                .energyMethod(energy.method())
                .cpuWait(timings.cpuWait().orElse(null))
                .generation(generation)
                .build();
    }

    private Map<String, List<Long>> shapes() {
        return dataset.sample(0).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        input -> Arrays.stream(input.getValue().shape()).boxed().toList()));
    }

    private static long micros(double nanos) {
        return Math.max(1, Math.round(nanos / 1_000));
    }
}
