package dev.edgeai.runtime.client;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.v1alpha1.Estimate;
import dev.edgeai.api.v1alpha1.Metric;
import dev.edgeai.runtime.evaluate.AnswerReader;
import dev.edgeai.runtime.evaluate.Dataset;
import dev.edgeai.runtime.evaluate.Quality;
import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/**
 * Sends evaluation samples in order, a few at a time, each over a connection of its own, so that every pod behind a
 * Service gets some. A request that gets no valid answer is a failure; nothing is tried again.
 *
 * @param base of the server or Service
 * @param model the model's name
 * @param timeout for one request
 * @param concurrency requests at once
 * @param deadline for all requests; those not sent by then are failures
 */
public record Warmup(URI base, String model, Duration timeout, int concurrency, Duration deadline) {

    /**
     * Sends the first samples.
     *
     * @param requests samples to send; no more than the dataset has
     * @param reader how outputs become answers
     * @param metric what rates the answers of a labelled dataset to a classifier; anything else has no quality
     * @param seed of resampling
     */
    public WarmupResult run(Dataset dataset, int requests, AnswerReader reader, Metric metric, long seed)
            throws InterruptedException {
        Run run = send(Math.min(requests, dataset.size()), (client, i) -> {
            InferenceClient.Answer answer = client.infer(dataset.sample(i));
            return reader.classifier() ? reader.answer(answer.outputs()) : 0;
        });
        boolean rated = reader.classifier() && dataset.labels().isPresent();
        return run.result(rated ? run.quality(dataset.labels().get(), metric, seed) : null);
    }

    /**
     * Sends prompts to a language model. What it writes has no quality that a label tells.
     *
     * @param prompts all of them are sent
     * @param maxTokens most tokens it writes for each
     */
    public WarmupResult run(List<String> prompts, int maxTokens) throws InterruptedException {
        return send(prompts.size(), (client, i) -> {
                    client.complete(prompts.get(i), maxTokens);
                    return 0;
                })
                .result(null);
    }

    private Run send(int size, Request request) throws InterruptedException {
        Run run = new Run(size, request);
        try (ExecutorService senders = Executors.newFixedThreadPool(concurrency)) {
            for (int i = 0; i < concurrency; i++) {
                senders.execute(run::sendUntilDone);
            }
        }
        return run;
    }

    /** Sends one sample and gives the class that was answered; 0 where there are no classes. */
    @FunctionalInterface
    private interface Request {
        int answer(InferenceClient client, int sample) throws InferenceFailedException, InterruptedException;
    }

    private final class Run {
        private final Request request;
        private final int[] answers;
        private final long[] micros;
        private final boolean[] answered;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicReference<@Nullable String> firstError = new AtomicReference<>();
        private final long end = System.nanoTime() + deadline.toNanos();

        Run(int size, Request request) {
            this.request = request;
            answers = new int[size];
            micros = new long[size];
            answered = new boolean[size];
        }

        void sendUntilDone() {
            for (int i = next.getAndIncrement(); i < answers.length; i = next.getAndIncrement()) {
                if (System.nanoTime() >= end) {
                    fail("not all requests were sent within " + deadline.toSeconds() + " s");
                    return;
                }
                send(i);
            }
        }

        private void send(int i) {
            try (InferenceClient client = new InferenceClient(base, model, timeout)) {
                long start = System.nanoTime();
                answers[i] = request.answer(client, i);
                micros[i] = (System.nanoTime() - start) / 1_000;
                answered[i] = true;
            } catch (InferenceFailedException | RuntimeException e) {
                fail("sample " + i + ": " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void fail(String message) {
            firstError.compareAndSet(null, message);
        }

        private int[] good() {
            return IntStream.range(0, answered.length).filter(i -> answered[i]).toArray();
        }

        WarmupResult result(@Nullable Estimate quality) {
            int[] good = good();
            return new WarmupResult(
                    answered.length,
                    answered.length - good.length,
                    quality,
                    percentile95(Arrays.stream(good)
                            .mapToLong(i -> micros[i])
                            .sorted()
                            .toArray()),
                    firstError.get());
        }

        @Nullable
        Estimate quality(long[] allLabels, Metric metric, long seed) {
            int[] good = good();
            if (good.length == 0) {
                return null;
            }
            int[] given = Arrays.stream(good).map(i -> answers[i]).toArray();
            long[] labels = Arrays.stream(good).mapToLong(i -> allLabels[i]).toArray();
            return switch (metric) {
                case ACCURACY -> Quality.accuracy(given, labels);
                case MACRO_F1 -> Quality.macroF1(given, labels, seed);
                case FIDELITY, AUC, KNN_ACCURACY -> null; // what the baseline would have answered is not known here
            };
        }

        /** Nearest rank. */
        private static long percentile95(long[] sorted) {
            return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(0.95 * sorted.length) - 1];
        }
    }
}
