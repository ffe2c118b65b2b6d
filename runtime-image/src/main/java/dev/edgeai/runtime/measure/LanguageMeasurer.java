package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
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
import dev.edgeai.runtime.evaluate.LanguageEvaluator;
import dev.edgeai.runtime.evaluate.PromptEvaluator;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
        dataset = TextSamples.read(work.dataset().path(), spec.evaluation().calibrationSamples());
    }

    TrialResult run(Model baseline, Optional<Model> variant) throws IOException {
        return variant.isPresent() ? compare(baseline, variant.get()) : measure(baseline);
    }

    private TrialResult measure(Model baseline) throws IOException {
        Estimate perplexity;
        @Nullable Estimate auc = null;
        int[] tokens;
        try (LanguageModel model = baseline.loadLanguage()) {
            tokens = requestTokens(model);
            progress.line("perplexity on up to " + settings.tokens() + " tokens");
            perplexity = texts().perplexity(model);
            if (prompts().isPresent()) {
                auc = prompts().get().auc(model, progress.counter("prompts", promptCount()));
            }
        }
        GenerationTimes times = new GenerationTimes();
        Timings timings = benchmark()
                .run(List.of(request(baseline, tokens, times)), progress.counter("time requests", settings.requests()))
                .getFirst();
        return outcome.ofBaseline(
                baseline, measurement(baseline, tokens, timings, auc, times, perplexity, memory(baseline, tokens)));
    }

    private TrialResult compare(Model baseline, Model variant) throws IOException {
        LanguageEvaluator.Rating rating;
        PromptEvaluator.@Nullable Rating answers = null;
        int[] tokens;
        try (LanguageModel one = baseline.loadLanguage();
                LanguageModel other = variant.loadLanguage()) {
            tokens = requestTokens(one);
            progress.line("divergence on up to " + settings.tokens() + " tokens");
            rating = texts().compare(one, other);
            progress.line("divergence " + rating.language().klDivergence().value() + " nats, perplexity "
                    + rating.variant().value() + " after " + rating.baseline().value());
            if (prompts().isPresent()) {
                answers = prompts().get().compare(one, other, progress.counter("prompts", promptCount()));
                progress.line("AUC %s after %s; right answers %.3f after %.3f, which no gate looks at"
                        .formatted(
                                answers.variant().value(),
                                answers.baseline().value(),
                                answers.rightAfter(),
                                answers.rightBefore()));
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
                answers == null ? null : answers.baseline(),
                before,
                rating.baseline(),
                spec.depth() == Depth.FULL ? memory(baseline, tokens) : null);
        Measurement is = measurement(
                variant,
                tokens,
                timings.getLast(),
                answers == null ? null : answers.variant(),
                after,
                rating.variant(),
                memory(variant, tokens));
        Comparison comparison = new Comparison(
                Speedup.of(timings.getFirst(), timings.getLast()),
                answers == null ? null : answers.retention(),
                rating.topTokenAgreement(),
                Outcome.memorySaved(was, is),
                Outcome.saved(was.sizeBytes(), is.sizeBytes()),
                new Comparison.Language(
                        rating.language().klDivergence(),
                        rating.language().perplexityRatio(),
                        answers == null ? null : answers.marginShift()),
                Outcome.energyRatio(was, is));
        return outcome.ofVariant(variant, was, is, comparison, null);
    }

    private LanguageEvaluator texts() {
        return new LanguageEvaluator(strings(), settings.tokens(), spec.seed());
    }

    private List<String> strings() {
        return dataset.texts().stream()
                .map(sample -> Objects.requireNonNull(sample.text()))
                .toList();
    }

    /** Absent where the dataset has none, or a screening leaves them out. */
    private Optional<PromptEvaluator> prompts() {
        return promptCount() == 0
                ? Optional.empty()
                : Optional.of(new PromptEvaluator(dataset.prompts().subList(0, promptCount()), spec.seed()));
    }

    private int promptCount() {
        List<TextSample> all = dataset.prompts();
        return Math.min(
                Math.min(all.size(), settings.prompts()), spec.evaluation().samples());
    }

    /** The evaluation texts' first tokens. */
    private int[] requestTokens(LanguageModel model) {
        int[] tokens = model.tokenize(
                strings().stream().limit(GenerationRequest.PROMPT).collect(Collectors.joining(" ")), true, false);
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
