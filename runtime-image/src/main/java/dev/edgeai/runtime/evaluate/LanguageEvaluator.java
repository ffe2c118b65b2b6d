package dev.edgeai.runtime.evaluate;

import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.runtime.dataset.InvalidDatasetException;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LanguageSession;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Perplexity of language models on texts, and the divergence of one from another. Both read the same tokens at the same
 * time, {@value LanguageSession#MAX_SCORED} of them, so that no more logits are held. The first token of a text is read
 * only. A text longer than {@value #BLOCK} tokens is cut into blocks that are read each on its own.
 *
 * @param texts to predict, in their order
 * @param maxTokens tokens to predict at most
 * @param seed of resampling: blocks are drawn, since the tokens of one block depend on each other
 */
public record LanguageEvaluator(List<String> texts, int maxTokens, long seed) {
    static final int BLOCK = 256;

    /** Of few tokens blocks are so short that there are as many as an interval needs. */
    private static final int LEAST_BLOCKS = 10;

    public LanguageEvaluator {
        texts = List.copyOf(texts);
    }

    /** Perplexity of one model: exp of the mean negative log-likelihood of a token; samples are blocks. */
    public Estimate perplexity(LanguageModel model) {
        return perplexity(read(model, model), Sums::baselineLoss);
    }

    /**
     * Two models on the same tokens.
     *
     * @throws IncomparableModelsException they cut a text into different tokens
     */
    public Rating compare(LanguageModel baseline, LanguageModel variant) {
        List<Sums> blocks = read(baseline, variant);
        Comparison.Language language = new Comparison.Language(
                estimate(blocks, drawn -> mean(drawn, Sums::divergence)),
                estimate(blocks, drawn -> Math.exp(mean(drawn, Sums::variantLoss) - mean(drawn, Sums::baselineLoss))),
                null);
        return new Rating(
                perplexity(blocks, Sums::baselineLoss),
                perplexity(blocks, Sums::variantLoss),
                language,
                estimate(blocks, drawn -> mean(drawn, Sums::agreements)));
    }

    /**
     * What a comparison found.
     *
     * @param baseline perplexity of the baseline
     * @param variant perplexity of the variant
     * @param language divergence and perplexity ratio
     * @param topTokenAgreement share of tokens for which both find the same one most likely
     */
    public record Rating(
            Estimate baseline, Estimate variant, Comparison.Language language, Estimate topTokenAgreement) {}

    /** Sums over the predicted tokens of one block; losses and divergence in nats. */
    private record Sums(int tokens, double baselineLoss, double variantLoss, double divergence, int agreements) {}

    private List<Sums> read(LanguageModel baseline, LanguageModel variant) {
        int context = Math.min(baseline.contextLength(), variant.contextLength());
        int length = Math.min(context, Math.clamp(maxTokens / LEAST_BLOCKS, 2, BLOCK));
        List<Sums> blocks = new ArrayList<>();
        int left = maxTokens;
        try (LanguageSession one = baseline.open();
                LanguageSession other = variant.open()) {
            for (String text : texts) {
                int[] tokens = tokens(text, baseline, variant);
                for (int from = 0; from + 1 < tokens.length && left > 0; from += length) {
                    int to = Math.min(tokens.length, from + Math.min(length, left + 1));
                    if (to - from > 1) {
                        one.reset();
                        other.reset();
                        blocks.add(block(Arrays.copyOfRange(tokens, from, to), one, baseline == variant ? one : other));
                        left -= to - from - 1;
                    }
                }
            }
        }
        if (blocks.isEmpty()) {
            throw new InvalidDatasetException("The dataset has no text of two tokens or more to evaluate.");
        }
        return blocks;
    }

    private static int[] tokens(String text, LanguageModel baseline, LanguageModel variant) {
        int[] tokens = baseline.tokenize(text, true, false);
        if (baseline.vocabularySize() != variant.vocabularySize()
                || !Arrays.equals(tokens, variant.tokenize(text, true, false))) {
            throw new IncomparableModelsException(
                    "the baseline and the variant cut a text into different tokens; a technique may not change the tokenizer");
        }
        return tokens;
    }

    private static Sums block(int[] tokens, LanguageSession baseline, LanguageSession variant) {
        double baselineLoss = 0;
        double variantLoss = 0;
        double divergence = 0;
        int agreements = 0;
        for (int from = 0; from + 1 < tokens.length; from += LanguageSession.MAX_SCORED) {
            int[] part =
                    Arrays.copyOfRange(tokens, from, Math.min(tokens.length - 1, from + LanguageSession.MAX_SCORED));
            float[][] ones = baseline.score(part);
            float[][] others = baseline == variant ? ones : variant.score(part);
            for (int i = 0; i < part.length; i++) {
                int next = tokens[from + i + 1];
                double[] one = TokenDistribution.logProbabilities(ones[i]);
                double[] other = ones == others ? one : TokenDistribution.logProbabilities(others[i]);
                baselineLoss -= one[next];
                variantLoss -= other[next];
                divergence += TokenDistribution.divergence(one, other);
                agreements += TokenDistribution.mostLikely(ones[i]) == TokenDistribution.mostLikely(others[i]) ? 1 : 0;
            }
        }
        return new Sums(tokens.length - 1, baselineLoss, variantLoss, divergence, agreements);
    }

    private Estimate perplexity(List<Sums> blocks, ToDoubleFunction<Sums> loss) {
        return estimate(blocks, drawn -> Math.exp(mean(drawn, loss)));
    }

    private Estimate estimate(List<Sums> blocks, ToDoubleFunction<List<Sums>> statistic) {
        return Intervals.bootstrap(
                blocks.size(),
                seed,
                indices -> statistic.applyAsDouble(
                        Arrays.stream(indices).mapToObj(blocks::get).toList()));
    }

    private static double mean(List<Sums> blocks, ToDoubleFunction<Sums> sum) {
        return blocks.stream().mapToDouble(sum).sum()
                / blocks.stream().mapToInt(Sums::tokens).sum();
    }
}
