package dev.edgeai.runtime.evaluate;

import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.runtime.dataset.InvalidDatasetException;
import dev.edgeai.runtime.dataset.TextSample;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LanguageSession;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * How well language models tell two answers apart. A model's margin for a prompt is the log-probability of the second
 * choice less that of the first, nats; AUC is the chance that a prompt whose right answer is the second has a higher margin
 * than one whose right answer is the first (Mann and Whitney 1947). Unlike the share of right answers it does not move when
 * a quantization shifts all margins to one side; that shift is reported beside it.
 *
 * @param prompts each with two choices and the index of the right one
 * @param seed of resampling
 */
public record PromptEvaluator(List<TextSample> prompts, long seed) {
    public PromptEvaluator {
        prompts = List.copyOf(prompts);
        for (TextSample prompt : prompts) {
            if (prompt.choices().size() != 2 || prompt.label() == null) {
                throw new InvalidDatasetException(
                        "A labelled prompt needs two choices and a label that is 0 or 1; one has "
                                + prompt.choices().size() + " choices and the label " + prompt.label() + ".");
            }
        }
        if (prompts.stream().map(TextSample::label).distinct().count() < 2) {
            throw new InvalidDatasetException("All labelled prompts have the same label; AUC needs both.");
        }
    }

    /** AUC of one model. */
    public Estimate auc(LanguageModel model, IntConsumer progress) {
        double[] margins = margins(model, progress);
        return Intervals.bootstrap(margins.length, seed, drawn -> auc(margins, drawn));
    }

    /** Two models on the same prompts. */
    public Rating compare(LanguageModel baseline, LanguageModel variant, IntConsumer progress) {
        double[] before = margins(baseline, progress);
        double[] after = margins(variant, progress);
        int size = prompts.size();
        return new Rating(
                Intervals.bootstrap(size, seed, drawn -> auc(before, drawn)),
                Intervals.bootstrap(size, seed, drawn -> auc(after, drawn)),
                Intervals.bootstrap(size, seed, drawn -> auc(after, drawn) / auc(before, drawn)),
                Intervals.bootstrap(
                        size,
                        seed,
                        drawn -> Arrays.stream(drawn)
                                .mapToDouble(i -> after[i] - before[i])
                                .average()
                                .orElseThrow()),
                right(before),
                right(after));
    }

    /**
     * What a comparison found.
     *
     * @param baseline AUC of the baseline
     * @param variant AUC of the variant
     * @param retention variant over baseline
     * @param marginShift mean change of the margin, nats
     * @param rightBefore share of prompts that the baseline answers right: for people to see, never for a gate
     * @param rightAfter the same of the variant
     */
    public record Rating(
            Estimate baseline,
            Estimate variant,
            Estimate retention,
            Estimate marginShift,
            double rightBefore,
            double rightAfter) {}

    private double right(double[] margins) {
        long right = IntStream.range(0, margins.length)
                .filter(i -> margins[i] > 0 == Objects.equals(prompts.get(i).label(), 1))
                .count();
        return (double) right / margins.length;
    }

    private double[] margins(LanguageModel model, IntConsumer progress) {
        double[] margins = new double[prompts.size()];
        try (LanguageSession session = model.open()) {
            int[] before = {};
            for (int i = 0; i < margins.length; i++) {
                TextSample sample = prompts.get(i);
                int[] prompt = model.tokenize(Objects.requireNonNull(sample.prompt()), true, false);
                session.rewind(shared(before, prompt));
                margins[i] = margin(model, session, prompt, sample);
                before = prompt;
                progress.accept(i + 1);
            }
        }
        return margins;
    }

    /** Tokens at the beginning of both, one less than the prompt has: few-shot prompts differ in their ends only. */
    private static int shared(int[] before, int[] prompt) {
        int length = Math.min(before.length, prompt.length - 1);
        int mismatch = Arrays.mismatch(before, 0, length, prompt, 0, length);
        return mismatch < 0 ? length : mismatch;
    }

    /** Logits after a prompt, of which the session has read the beginning. */
    private static float[] read(LanguageSession session, int[] prompt) {
        return session.prefill(Arrays.copyOfRange(prompt, session.position(), prompt.length));
    }

    private static double margin(LanguageModel model, LanguageSession session, int[] prompt, TextSample sample) {
        double[] read = TokenDistribution.logProbabilities(read(session, prompt));
        double first = choice(model, session, read, sample.choices().get(0));
        if (session.rewind(prompt.length) == 0) {
            session.prefill(prompt);
        }
        double second = choice(model, session, read, sample.choices().get(1));
        return second - first;
    }

    /** Log-probability of a choice, summed over its tokens; the session has read the prompt. */
    private static double choice(LanguageModel model, LanguageSession session, double[] afterPrompt, String choice) {
        int[] tokens = model.tokenize(choice, false, false);
        double sum = afterPrompt[tokens[0]];
        for (int i = 1; i < tokens.length; i++) {
            sum += TokenDistribution.logProbabilities(session.step(tokens[i - 1]))[tokens[i]];
        }
        return sum;
    }

    private double auc(double[] margins, int[] drawn) {
        double[] right = of(margins, drawn, 1);
        double[] wrong = of(margins, drawn, 0);
        Arrays.sort(wrong);
        double wins = 0;
        for (double margin : right) {
            int below = lowerBound(wrong, margin);
            int equal = lowerBound(wrong, Math.nextUp(margin)) - below;
            wins += below + 0.5 * equal;
        }
        return wins / ((double) right.length * wrong.length);
    }

    private double[] of(double[] margins, int[] drawn, int label) {
        return Arrays.stream(drawn)
                .filter(i -> Objects.equals(prompts.get(i).label(), label))
                .mapToDouble(i -> margins[i])
                .toArray();
    }

    /** Number of values below. */
    private static int lowerBound(double[] sorted, double value) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
