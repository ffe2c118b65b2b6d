package dev.edgeai.runtime.client;

import dev.edgeai.api.v1alpha1.source.Metric;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.runtime.dataset.AnswerReader;
import dev.edgeai.runtime.dataset.Dataset;
import dev.edgeai.runtime.evaluate.Quality;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Evaluation samples as requests.
 *
 * @param size samples there are
 * @param request sends one of them
 * @param rating what tells how good answers are; absent where no label tells
 */
public record SampleSet(int size, Request request, Optional<Rating> rating) {
    /** Sends one sample and gives the class that was answered; 0 where there are no classes. */
    @FunctionalInterface
    public interface Request {
        int answer(InferenceClient client, int sample) throws InferenceFailedException, InterruptedException;
    }

    /**
     * Labels, and how answers are held against them.
     *
     * @param seed of resampling
     */
    @SuppressWarnings("ArrayRecordComponent") // read, never compared
    public record Rating(long[] labels, Metric metric, long seed) {
        /** @param answers by sample */
        @Nullable
        Estimate rate(Map<Integer, Integer> answers) {
            if (answers.isEmpty()) {
                return null;
            }
            int[] given = answers.values().stream().mapToInt(Integer::intValue).toArray();
            long[] wanted = answers.keySet().stream().mapToLong(i -> labels[i]).toArray();
            return switch (metric) {
                case ACCURACY -> Quality.accuracy(given, wanted);
                case MACRO_F1 -> Quality.macroF1(given, wanted, seed);
                case FIDELITY, AUC, KNN_ACCURACY -> null; // what the baseline would have answered is not known here
            };
        }
    }

    /**
     * Of a dataset.
     *
     * @param reader how outputs become answers
     * @param metric what rates the answers of a labelled dataset to a classifier; anything else has no quality
     * @param seed of resampling
     */
    public static SampleSet of(Dataset dataset, AnswerReader reader, Metric metric, long seed) {
        return new SampleSet(
                dataset.size(),
                (client, i) -> {
                    InferenceClient.Answer answer = client.infer(dataset.sample(i));
                    return reader.classifier() ? reader.answer(answer.outputs()) : 0;
                },
                dataset.labels().filter(_ -> reader.classifier()).map(labels -> new Rating(labels, metric, seed)));
    }

    /**
     * Prompts to a language model. What it writes has no quality that a label tells.
     *
     * @param maxTokens most tokens it writes for each
     */
    public static SampleSet of(List<String> prompts, int maxTokens) {
        return new SampleSet(
                prompts.size(),
                (client, i) -> {
                    client.complete(prompts.get(i), maxTokens);
                    return 0;
                },
                Optional.empty());
    }
}
