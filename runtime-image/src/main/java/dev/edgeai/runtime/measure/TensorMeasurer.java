package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Comparison.HeldOut;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.EvaluationBuilder;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.runtime.benchmark.PairedBenchmark;
import dev.edgeai.runtime.benchmark.Speedup;
import dev.edgeai.runtime.benchmark.Timings;
import dev.edgeai.runtime.dataset.Dataset;
import dev.edgeai.runtime.dataset.EvaluationData;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.evaluate.Evaluator;
import dev.edgeai.runtime.evaluate.Robustness;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Measures models from tensors to tensors. */
record TensorMeasurer(WorkFolder work, MeasureSettings settings, Outcome outcome, Progress progress) {

    TrialResult run(Model baseline, Optional<Model> variant) throws IOException {
        TrialSpec spec = outcome.spec();
        Subjects subjects = new Subjects(spec, baseline, variant);
        EvaluationData data = EvaluationData.read(
                work.dataset(),
                evaluation(spec),
                spec.seed(),
                subjects.inputs(),
                spec.maxSourceBytes(),
                baseline.folder(),
                spec.evaluation().measured().maxTokens());
        Measuring measuring =
                new Measuring(data.choice(), new MemoryProbe(work.root(), settings.memoryRepetitions()), progress);
        return variant.isPresent()
                ? measureVariant(baseline, variant.get(), data, measuring)
                : measureBaseline(baseline, data, measuring);
    }

    private Evaluator evaluator(Dataset part) {
        TrialSpec spec = outcome.spec();
        return new Evaluator(part, spec.task(), Evaluator.metric(spec.task(), spec.evaluation(), part), spec.seed());
    }

    private boolean full() {
        return outcome.spec().depth() == Depth.FULL;
    }

    private PairedBenchmark benchmark() {
        return new PairedBenchmark(settings.benchmark(outcome.spec()));
    }

    private Evaluation evaluation(TrialSpec spec) {
        return EvaluationBuilder.builder(spec.evaluation())
                .samples(Math.min(spec.evaluation().samples(), settings.samples()))
                .build();
    }

    private TrialResult measureBaseline(Model baseline, EvaluationData data, Measuring measuring) throws IOException {
        Evaluator evaluator = evaluator(data.choice());
        Evaluator.Rate rate;
        try (LoadedModel model = baseline.load()) {
            if (!evaluator.answers(model)) {
                throw new RuntimeFailure(
                        FailureReason.UNSUPPORTED_MODEL,
                        "The source answers the first samples with NaN or infinity, each of them. Its weights are"
                                + " damaged, or the dataset is not what it takes; push it anew or correct the dataset.");
            }
            rate = evaluator.rate(
                    model, progress.counter("evaluate", evaluator.dataset().size()));
        }
        List<Timings> timings = benchmark()
                .run(
                        List.of(() -> measuring.inferences(baseline)),
                        progress.counter("time baseline", settings.pairs()));
        List<String> remarks =
                Stream.concat(data.notes().stream(), rate.remarks().stream()).toList();
        remarks.forEach(progress::line);
        Measurement measurement = measuring.measurement(baseline, timings.getFirst(), rate.quality());
        return outcome.ofBaseline(baseline, measurement, remarks);
    }

    private TrialResult measureVariant(Model baseline, Model variant, EvaluationData data, Measuring measuring)
            throws IOException {
        Evaluator evaluator = evaluator(data.choice());
        @Nullable HeldOut heldOut;
        Evaluator.Rating rating;
        TrialResult.@Nullable Robustness robustness;
        try (LoadedModel one = baseline.load();
                LoadedModel other = variant.load()) {
            rating = evaluator.compare(
                    one, other, progress.counter("evaluate", evaluator.dataset().size()));
            progress.line("fidelity %s, largest output difference %.3g"
                    .formatted(rating.fidelity().value(), rating.maxError()));
            heldOut = full() ? heldOut(one, other, data.heldOut()) : null;
            robustness = full() ? new Robustness(evaluator).check(one, other) : null;
        }
        List<Timings> timings = benchmark()
                .run(
                        List.of(() -> measuring.inferences(baseline), () -> measuring.inferences(variant)),
                        progress.counter("time baseline and variant", settings.pairs()));
        Measurement before = full()
                ? measuring.measurement(baseline, timings.getFirst(), rating.baseline())
                : measuring.withoutMemory(baseline, timings.getFirst(), rating.baseline());
        Measurement after = measuring.measurement(variant, timings.getLast(), rating.variant());
        Estimate speedup = Speedup.of(timings.getFirst(), timings.getLast());
        Comparison comparison = new Comparison(
                speedup,
                rating.retention(),
                rating.fidelity(),
                Outcome.memorySaved(before, after),
                Outcome.saved(before.sizeBytes(), after.sizeBytes()),
                null,
                heldOut,
                Outcome.energyRatio(before, after));
        progress.line("speed-up " + speedup.value());
        return outcome.ofVariant(variant, before, after, comparison, robustness);
    }

    private HeldOut heldOut(LoadedModel baseline, LoadedModel variant, Dataset part) {
        Evaluator.Rating rating = evaluator(part)
                .compare(baseline, variant, progress.counter("evaluate what is held out of the choice", part.size()));
        return new HeldOut(rating.variant(), rating.retention(), rating.fidelity(), null);
    }
}
