package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.Comparison;
import dev.edgeai.api.v1alpha1.Decimal;
import dev.edgeai.api.v1alpha1.Estimate;
import dev.edgeai.api.v1alpha1.Measurement;
import dev.edgeai.runtime.benchmark.PairedBenchmark;
import dev.edgeai.runtime.benchmark.Speedup;
import dev.edgeai.runtime.benchmark.Timings;
import dev.edgeai.runtime.cli.RuntimeFailure;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.evaluate.Dataset;
import dev.edgeai.runtime.evaluate.Evaluator;
import dev.edgeai.runtime.evaluate.IncomparableModelsException;
import dev.edgeai.runtime.evaluate.InvalidDatasetException;
import dev.edgeai.runtime.evaluate.Robustness;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Measures a trial: quality, robustness, latency in pairs, memory; then stores the variant. */
public final class Measurer {
    private static final int MAX_VERSIONS = 16;
    private static final int MAX_VERSION_LENGTH = 40;

    private final WorkFolder work;
    private final TrialSpec spec;
    private final MeasureSettings settings;
    private final VariantStore store;
    private final Progress progress;

    /**
     * Makes one for a trial.
     *
     * @param work where source, dataset and variant lie
     * @param settings how much is measured
     * @param store where the variant goes
     * @param progress told what is done
     */
    public Measurer(WorkFolder work, MeasureSettings settings, VariantStore store, Progress progress) {
        this.work = work;
        this.spec = work.spec();
        this.settings = settings.at(spec.depth());
        this.store = store;
        this.progress = progress;
    }

    /**
     * Measures.
     *
     * @throws RuntimeFailure with {@code UnsupportedModel}, {@code InvalidDataset}, {@code MeasurementFailed}, or what
     *     the store says
     */
    public TrialResult run() {
        Model baseline = work.baselineModel(spec.threads());
        try {
            Optional<Model> variant = work.variantModel(spec);
            Subjects subjects = new Subjects(spec, baseline, variant);
            Dataset dataset = Dataset.read(
                    work.dataset().path(), MeasureSettings.evaluation(spec), subjects.inputs(), spec.maxSourceBytes());
            Evaluator evaluator = new Evaluator(
                    dataset, spec.task(), Evaluator.metric(spec.task(), spec.evaluation(), dataset), spec.seed());
            Measuring measuring =
                    new Measuring(dataset, new MemoryProbe(work.root(), settings.memoryRepetitions()), progress);
            return variant.isPresent()
                    ? measureVariant(baseline, variant.get(), evaluator, measuring)
                    : measureBaseline(baseline, evaluator, measuring);
        } catch (InvalidDatasetException e) {
            throw new RuntimeFailure(FailureReason.INVALID_DATASET, String.valueOf(e.getMessage()), e);
        } catch (EngineException | IncomparableModelsException e) {
            throw new RuntimeFailure(
                    FailureReason.MEASUREMENT_FAILED, "The measurement failed: " + e.getMessage() + ".", e);
        } catch (IOException e) {
            throw new RuntimeFailure(
                    FailureReason.MEASUREMENT_FAILED, "A file could not be read or written: " + e.getMessage(), e);
        }
    }

    private TrialResult measureBaseline(Model baseline, Evaluator evaluator, Measuring measuring) throws IOException {
        @Nullable Estimate quality;
        try (LoadedModel model = baseline.load()) {
            quality = evaluator.rate(
                    model, progress.counter("evaluate", evaluator.dataset().size()));
        }
        List<Timings> timings = new PairedBenchmark(evaluator.dataset(), settings.benchmark(spec.seed()))
                .run(List.of(baseline::load), progress.counter("time baseline", settings.pairs()));
        Measurement measurement = measuring.measurement(baseline, timings.getFirst(), quality);
        return new TrialResult(spec.trial(), null, measurement, null, null, null, versions(baseline), null, null);
    }

    private TrialResult measureVariant(Model baseline, Model variant, Evaluator evaluator, Measuring measuring)
            throws IOException {
        Evaluator.Rating rating;
        TrialResult.Robustness robustness;
        try (LoadedModel one = baseline.load();
                LoadedModel other = variant.load()) {
            rating = evaluator.compare(
                    one, other, progress.counter("evaluate", evaluator.dataset().size()));
            progress.line("fidelity %s, largest output difference %.3g"
                    .formatted(rating.fidelity().value(), rating.maxError()));
            robustness = new Robustness(evaluator).check(one, other);
        }
        List<Timings> timings = new PairedBenchmark(evaluator.dataset(), settings.benchmark(spec.seed()))
                .run(
                        List.of(baseline::load, variant::load),
                        progress.counter("time baseline and variant", settings.pairs()));
        Measurement before = measuring.measurement(baseline, timings.getFirst(), rating.baseline());
        Measurement after = measuring.measurement(variant, timings.getLast(), rating.variant());
        Estimate speedup = Speedup.of(timings.getFirst(), timings.getLast());
        Comparison comparison = new Comparison(
                speedup,
                rating.retention(),
                rating.fidelity(),
                saved(
                        before.footprintBytes().orElseThrow(),
                        after.footprintBytes().orElseThrow()),
                saved(before.sizeBytes(), after.sizeBytes()),
                null);
        progress.line("speed-up %s; storing the variant in %s".formatted(speedup.value(), spec.repository()));
        String digest = store.push(work.variant(), spec.repository());
        return new TrialResult(
                spec.trial(),
                digest,
                before,
                after,
                comparison,
                robustness,
                versions(variant),
                null,
                variant.descriptor().nondeterministic());
    }

    /** Share saved; negative when it grew. */
    private static Decimal saved(long before, long after) {
        return Decimal.of(before == 0 ? 0 : 1 - (double) after / before);
    }

    private static Map<String, String> versions(Model model) {
        Map<String, String> versions = new TreeMap<>();
        model.descriptor().versions().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .limit(MAX_VERSIONS)
                .forEach(tool -> versions.put(shorten(tool.getKey()), shorten(tool.getValue())));
        versions.put("java", Runtime.version().toString());
        versions.put("engine", shorten(model.engine()));
        return versions;
    }

    private static String shorten(String text) {
        return text.length() <= MAX_VERSION_LENGTH ? text : text.substring(0, MAX_VERSION_LENGTH);
    }
}
