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
        Run run = new Run(dataset, Math.min(requests, dataset.size()), reader);
        try (ExecutorService senders = Executors.newFixedThreadPool(concurrency)) {
            for (int i = 0; i < concurrency; i++) {
                senders.execute(run::sendUntilDone);
            }
        }
        return run.result(metric, seed);
    }

    private final class Run {
        private final Dataset dataset;
        private final AnswerReader reader;
        private final int[] answers;
        private final long[] micros;
        private final boolean[] answered;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicReference<@Nullable String> firstError = new AtomicReference<>();
        private final long end = System.nanoTime() + deadline.toNanos();

        Run(Dataset dataset, int size, AnswerReader reader) {
            this.dataset = dataset;
            this.reader = reader;
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
                InferenceClient.Answer answer = client.infer(dataset.sample(i));
                micros[i] = (System.nanoTime() - start) / 1_000;
                if (reader.classifier()) {
                    answers[i] = reader.answer(answer.outputs());
                }
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

        WarmupResult result(Metric metric, long seed) {
            int[] good =
                    IntStream.range(0, answered.length).filter(i -> answered[i]).toArray();
            return new WarmupResult(
                    answered.length,
                    answered.length - good.length,
                    quality(good, metric, seed),
                    percentile95(Arrays.stream(good)
                            .mapToLong(i -> micros[i])
                            .sorted()
                            .toArray()),
                    firstError.get());
        }

        private @Nullable Estimate quality(int[] good, Metric metric, long seed) {
            if (good.length == 0 || !reader.classifier() || dataset.labels().isEmpty()) {
                return null;
            }
            long[] allLabels = dataset.labels().get();
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
