package dev.edgeai.runtime.bench;

import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.api.v1alpha1.source.MeasurementSettings;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.benchmark.BenchmarkSettings;
import dev.edgeai.runtime.benchmark.Inferences;
import dev.edgeai.runtime.benchmark.PairedBenchmark;
import dev.edgeai.runtime.benchmark.Timings;
import dev.edgeai.runtime.dataset.Dataset;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.installed.Engines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** Models that are timed at the default settings, one thread each. */
final class Subject {
    private Subject() {}

    /** Loads a source, or a variant where its descriptor lies beside it. */
    static Supplier<LoadedModel> in(Path folder) throws IOException {
        Path file = folder.resolve(VariantDescriptor.FILE);
        VariantDescriptor descriptor = Files.exists(file)
                ? Json.read(Files.readString(file), VariantDescriptor.class)
                : Engines.forSource(folder);
        return () -> Engines.load(folder, descriptor, 1);
    }

    static Dataset dataset(Path file, Supplier<LoadedModel> loader) {
        try (LoadedModel model = loader.get()) {
            return Dataset.first(file, 1_000, model.inputs(), 1L << 30);
        }
    }

    /** Of both, in their order. */
    static List<Timings> time(Dataset dataset, Supplier<LoadedModel> one, Supplier<LoadedModel> other, int seed) {
        BenchmarkSettings settings = BenchmarkSettings.ofInferences(
                BenchmarkSettings.DEFAULT_PAIRS,
                BenchmarkSettings.DEFAULT_ROUNDS,
                BenchmarkSettings.DEFAULT_TIME_CAP,
                MeasurementSettings.defaults().maxCpuWait().asDouble(),
                seed);
        return new PairedBenchmark(settings)
                .run(
                        List.of(() -> Inferences.of(one.get(), dataset), () -> Inferences.of(other.get(), dataset)),
                        _ -> {});
    }
}
