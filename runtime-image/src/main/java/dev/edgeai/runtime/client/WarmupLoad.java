package dev.edgeai.runtime.client;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.trial.WarmupResult.Side;
import dev.edgeai.api.v1alpha1.value.Estimate;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Sends evaluation samples in order, a few at a time, each over a connection of its own, so that every pod behind a
 * Service gets some. Where a stable version serves, each sample goes to both, one after the other and first to each in
 * turn: what slows the one slows the other, too. Nothing is tried again.
 *
 * @param candidate the version in question
 * @param stable the one that serves; absent when there is none
 * @param model the model's name
 * @param timeout for one request
 * @param concurrency samples at once
 * @param deadline for all of them; what was not sent by then is not sent
 */
public record WarmupLoad(
        Endpoint candidate,
        Optional<Endpoint> stable,
        String model,
        Duration timeout,
        int concurrency,
        Duration deadline) {
    /** Requests without which no verdict is given; a smaller dataset is sent more than once. */
    public static final int MIN_REQUESTS = 16;

    /**
     * Sends the first samples.
     *
     * @param requests samples to send
     * @param progress told the number of samples that are done
     */
    public WarmupResult run(SampleSet samples, int requests, IntConsumer progress) throws InterruptedException {
        Run run = new Run(sends(requests, samples.size()), samples, progress);
        try (ExecutorService senders = Executors.newFixedThreadPool(concurrency)) {
            for (int i = 0; i < concurrency; i++) {
                senders.execute(run::sendUntilDone);
            }
        }
        return run.result();
    }

    /** Samples to send of a set of that size. */
    public static int sends(int requests, int size) {
        return Math.max(MIN_REQUESTS, Math.min(requests, size));
    }

    private final class Run {
        private final int count;
        private final SampleSet samples;
        private final IntConsumer progress;
        private final SideLog ofCandidate = new SideLog();
        private final SideLog ofStable = new SideLog();
        private final List<Double> ratios = new ArrayList<>();
        private final AtomicInteger next = new AtomicInteger();
        private final long end = System.nanoTime() + deadline.toNanos();
        private int done;

        Run(int count, SampleSet samples, IntConsumer progress) {
            this.count = count;
            this.samples = samples;
            this.progress = progress;
        }

        void sendUntilDone() {
            try {
                for (int i = next.getAndIncrement(); i < count && System.nanoTime() < end; i = next.getAndIncrement()) {
                    send(i);
                    told();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        private synchronized void told() {
            progress.accept(++done);
        }

        private void send(int i) throws InterruptedException {
            int sample = i % samples.size();
            if (stable.isEmpty()) {
                ofCandidate.send(candidate, model, timeout, samples.request(), sample);
                return;
            }
            boolean candidateFirst = i % 2 == 0;
            SideLog.Ended first = candidateFirst
                    ? ofCandidate.send(candidate, model, timeout, samples.request(), sample)
                    : ofStable.send(stable.get(), model, timeout, samples.request(), sample);
            SideLog.Ended second = candidateFirst
                    ? ofStable.send(stable.get(), model, timeout, samples.request(), sample)
                    : ofCandidate.send(candidate, model, timeout, samples.request(), sample);
            pair(candidateFirst ? first : second, candidateFirst ? second : first);
        }

        private synchronized void pair(SideLog.Ended candidates, SideLog.Ended stables) {
            if (candidates.micros().isPresent() && stables.micros().isPresent()) {
                ratios.add((double) candidates.micros().getAsLong()
                        / stables.micros().getAsLong());
            }
        }

        WarmupResult result() {
            Side side = ofCandidate.side();
            return new WarmupResult(
                    side.requests(),
                    side.requests() - side.answered(),
                    samples.rating().map(this::quality).orElse(null),
                    side.p95() == null ? 0 : side.p95().value(),
                    ofCandidate
                            .firstError()
                            .orElse(
                                    side.requests() < count
                                            ? "%d of %d samples were not sent within %d s"
                                                    .formatted(count - side.requests(), count, deadline.toSeconds())
                                            : null),
                    side,
                    stable.isEmpty() ? null : ofStable.side(),
                    ratio());
        }

        private @Nullable Estimate ratio() {
            double[] sorted =
                    ratios.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            if (sorted.length == 0) {
                return null;
            }
            Ranks median = Ranks.of(sorted.length, 0.5);
            return Estimate.of(sorted[median.value()], sorted[median.lower()], sorted[median.upper()], sorted.length);
        }

        /** Of the first answer to each sample. */
        private @Nullable Estimate quality(SampleSet.Rating rating) {
            Map<Integer, Integer> answers = new TreeMap<>();
            ofCandidate
                    .answered()
                    .forEach(e -> answers.putIfAbsent(e.sample(), e.answer().getAsInt()));
            return rating.rate(answers);
        }
    }
}
