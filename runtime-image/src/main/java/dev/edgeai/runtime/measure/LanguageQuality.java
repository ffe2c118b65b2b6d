package dev.edgeai.runtime.measure;

import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Comparison.HeldOut;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.runtime.dataset.TextSamples;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.evaluate.LanguageEvaluator;
import dev.edgeai.runtime.evaluate.PromptEvaluator;
import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.Optional;

/**
 * How well language models do on one part of a dataset.
 *
 * @param part of it
 * @param settings how many tokens and prompts at most
 * @param samples how many prompts are asked for
 * @param seed of resampling
 * @param progress told what is done
 */
record LanguageQuality(TextSamples.Part part, MeasureSettings settings, int samples, long seed, Progress progress) {

    Estimate perplexity(LanguageModel model) {
        progress.line("perplexity on up to " + settings.tokens() + " tokens");
        return texts().perplexity(model);
    }

    /** Absent where the dataset has no prompts, or a screening leaves them out. */
    @Nullable
    Estimate auc(LanguageModel model) {
        return prompts()
                .map(prompts -> prompts.auc(model, progress.counter("prompts", promptCount())))
                .orElse(null);
    }

    Rating compare(LanguageModel baseline, LanguageModel variant) {
        progress.line("divergence on up to " + settings.tokens() + " tokens");
        LanguageEvaluator.Rating texts = texts().compare(baseline, variant);
        progress.line("divergence " + texts.language().klDivergence().value() + " nats, perplexity "
                + texts.variant().value() + " after " + texts.baseline().value());
        Optional<PromptEvaluator.Rating> answers = prompts()
                .map(prompts -> prompts.compare(baseline, variant, progress.counter("prompts", promptCount())));
        answers.ifPresent(a -> progress.line("AUC %s after %s; right answers %.3f after %.3f, which no gate looks at"
                .formatted(a.variant().value(), a.baseline().value(), a.rightAfter(), a.rightBefore())));
        return new Rating(texts, answers.orElse(null));
    }

    private LanguageEvaluator texts() {
        return new LanguageEvaluator(
                part.texts().stream()
                        .map(sample -> Objects.requireNonNull(sample.text()))
                        .toList(),
                settings.tokens(),
                seed);
    }

    private Optional<PromptEvaluator> prompts() {
        return promptCount() == 0
                ? Optional.empty()
                : Optional.of(new PromptEvaluator(part.prompts().subList(0, promptCount()), seed));
    }

    private int promptCount() {
        return Math.min(Math.min(part.prompts().size(), settings.prompts()), samples);
    }

    /**
     * A variant beside its baseline.
     *
     * @param texts how both predict texts
     * @param answers how both choose answers; absent without prompts
     */
    record Rating(LanguageEvaluator.Rating texts, PromptEvaluator.@Nullable Rating answers) {
        Comparison.Language language() {
            return new Comparison.Language(
                    texts.language().klDivergence(),
                    texts.language().perplexityRatio(),
                    answers == null ? null : answers.marginShift());
        }

        @Nullable
        Estimate retention() {
            return answers == null ? null : answers.retention();
        }

        @Nullable
        Estimate aucBefore() {
            return answers == null ? null : answers.baseline();
        }

        @Nullable
        Estimate auc() {
            return answers == null ? null : answers.variant();
        }

        HeldOut heldOut() {
            return new HeldOut(auc(), retention(), texts.topTokenAgreement(), language());
        }
    }
}
