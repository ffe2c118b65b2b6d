package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Comparison.HeldOut;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.runtime.benchmark.GenerationRequest;
import dev.edgeai.runtime.benchmark.GenerationTimes;
import dev.edgeai.runtime.benchmark.PairedBenchmark;
import dev.edgeai.runtime.benchmark.Speedup;
import dev.edgeai.runtime.benchmark.Timings;
import dev.edgeai.runtime.benchmark.Workload;
import dev.edgeai.runtime.dataset.InvalidDatasetException;
import dev.edgeai.runtime.dataset.TextSample;
import dev.edgeai.runtime.dataset.TextSamples;
import dev.edgeai.runtime.engine.LanguageModel;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Measures language models: perplexity and divergence on texts, AUC on labelled prompts, speed of a fixed request. */
final class LanguageMeasurer {
    private final WorkFolder work;
    private final TrialSpec spec;
    private final MeasureSettings settings;
    private final Outcome outcome;
    private final Progress progress;
    private final TextSamples dataset;

    LanguageMeasurer(WorkFolder work, MeasureSettings settings, Outcome outcome, Progress progress) {
        this.work = work;
        this.spec = outcome.spec();
        this.settings = settings;
        this.outcome = outcome;
        this.progress = progress;
        if (!work.dataset().text()) {
            throw new InvalidDatasetException("A language model is measured with text: give a dataset in JSON Lines.");
        }
        dataset = TextSamples.read(work.dataset().path(), spec.evaluation(), spec.seed());
    }

    TrialResult run(Model baseline, Optional<Model> variant) throws IOException {
        return variant.isPresent() ? compare(baseline, variant.get()) : measure(baseline);
    }

    private TrialResult measure(Model baseline) throws IOException {
        Estimate perplexity;
        @Nullable Estimate auc;
        int[] tokens;
        try (LanguageModel model = baseline.loadLanguage()) {
            tokens = requestTokens(model);
            LanguageQuality quality = quality(dataset.choice());
            perplexity = quality.perplexity(model);
            auc = quality.auc(model);
        }
        GenerationTimes times = new GenerationTimes();
        Timings timings = benchmark()
                .run(List.of(request(baseline, tokens, times)), progress.counter("time requests", settings.requests()))
                .getFirst();
        return outcome.ofBaseline(
                baseline,
                measurement(baseline, tokens, timings, auc, times, perplexity, memory(baseline, tokens)),
                List.of());
    }

    private TrialResult compare(Model baseline, Model variant) throws IOException {
        LanguageQuality.Rating rating;
        @Nullable HeldOut heldOut = null;
        int[] tokens;
        try (LanguageModel one = baseline.loadLanguage();
                LanguageModel other = variant.loadLanguage()) {
            tokens = requestTokens(one);
            rating = quality(dataset.choice()).compare(one, other);
            if (full()) {
                progress.line("the same on what is held out of the choice");
                heldOut = quality(dataset.heldOut()).compare(one, other).heldOut();
            }
        }
        GenerationTimes before = new GenerationTimes();
        GenerationTimes after = new GenerationTimes();
        List<Timings> timings = benchmark()
                .run(
                        List.of(request(baseline, tokens, before), request(variant, tokens, after)),
                        progress.counter("time requests", settings.requests()));
        Measurement was = measurement(
                baseline,
                tokens,
                timings.getFirst(),
                rating.aucBefore(),
                before,
                rating.texts().baseline(),
                full() ? memory(baseline, tokens) : null);
        Measurement is = measurement(
                variant,
                tokens,
                timings.getLast(),
                rating.auc(),
                after,
                rating.texts().variant(),
                memory(variant, tokens));
        Comparison comparison = new Comparison(
                Speedup.of(timings.getFirst(), timings.getLast()),
                rating.retention(),
                rating.texts().topTokenAgreement(),
                Outcome.memorySaved(was, is),
                Outcome.saved(was.sizeBytes(), is.sizeBytes()),
                rating.language(),
                heldOut,
                Outcome.energyRatio(was, is));
        return outcome.ofVariant(variant, was, is, comparison, null);
    }

    private boolean full() {
        return spec.depth() == Depth.FULL;
    }

    private LanguageQuality quality(TextSamples.Part part) {
        return new LanguageQuality(part, settings, spec.evaluation().samples(), spec.seed(), progress);
    }

    /** The evaluation texts' first tokens. */
    private int[] requestTokens(LanguageModel model) {
        int[] tokens = model.tokenize(
                dataset.choice().texts().stream()
                        .limit(GenerationRequest.PROMPT)
                        .map(TextSample::text)
                        .collect(Collectors.joining(" ")),
                true,
                false);
        int needed = GenerationRequest.PROMPT + GenerationRequest.ANSWER;
        if (tokens.length < needed) {
            throw new InvalidDatasetException(
                    "The dataset's texts have " + tokens.length + " tokens, but a timed request takes " + needed + ".");
        }
        return Arrays.copyOf(tokens, needed);
    }

    private PairedBenchmark benchmark() {
        return new PairedBenchmark(settings.requestBenchmark(spec));
    }

    private static Supplier<Workload> request(Model model, int[] tokens, GenerationTimes times) {
        return () -> new GenerationRequest(model.loadLanguage(), tokens, times);
    }

    private MemoryProbe.Memory memory(Model model, int[] tokens) {
        progress.line("memory " + model.label());
        return new MemoryProbe(work.root(), settings.memoryRepetitions())
                .measure(new MemoryTask(
                        model.folder().toString(),
                        model.descriptor(),
                        model.threads(),
                        model.concurrency(),
                        Map.of(),
                        Arrays.stream(tokens).boxed().toList()));
    }

    private Measurement measurement(
            Model model,
            int[] tokens,
            Timings timings,
            @Nullable Estimate auc,
            GenerationTimes times,
            Estimate perplexity,
            MemoryProbe.@Nullable Memory memory)
            throws IOException {
        return Measuring.of(
                model,
                timings,
                auc,
                memory,
                Measuring.energy(request(model, tokens, new GenerationTimes()), timings),
                times.with(perplexity));
    }
}
