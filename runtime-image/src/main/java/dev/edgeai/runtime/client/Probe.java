package dev.edgeai.runtime.client;

import dev.edgeai.api.trial.WarmupResult.Side;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Sends evaluation samples at a steady rate to the versions that are compared, as probes: what they find is read from
 * the servers' own counters. Each version gets the same samples at the same time.
 *
 * @param watched the version that is judged
 * @param reference the one it is compared with
 * @param model the model's name
 * @param rate samples a second, to each
 * @param timeout for one request
 */
public record Probe(Endpoint watched, Endpoint reference, String model, double rate, Duration timeout) {
    /** To a version at once: one that is slower than the rate is not buried. */
    static final int MOST_AT_ONCE = 4;

    private static final Duration TOLD = Duration.ofSeconds(10);

    /**
     * What came of it.
     *
     * @param watched the version that is judged
     * @param reference the one it is compared with
     */
    public record Result(Side watched, Side reference) {
        @Override
        public String toString() {
            return "judged: " + text(watched) + "; compared with: " + text(reference);
        }

        private static String text(Side side) {
            return "%d of %d answered, %d failed by the model, %d refused, %d too late, %d unreachable%s"
                    .formatted(
                            side.answered(),
                            side.requests(),
                            side.modelErrors(),
                            side.refused(),
                            side.timedOut(),
                            side.unreachable(),
                            first(side) == null ? "" : " (" + first(side) + ")");
        }

        private static @Nullable String first(Side side) {
            return side.firstModelError() != null ? side.firstModelError() : side.firstOther();
        }
    }

    /**
     * Sends until the time is up.
     *
     * @param progress told now and then what came of it so far
     */
    public Result run(SampleSet samples, Duration duration, Consumer<Result> progress) throws InterruptedException {
        Sender toWatched = new Sender(watched, samples);
        Sender toReference = new Sender(reference, samples);
        long pause = (long) (Duration.ofSeconds(1).toNanos() / rate);
        long start = System.nanoTime();
        long told = start;
        try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (long i = 0; System.nanoTime() - start < duration.toNanos(); i++) {
                int sample = (int) (i % samples.size());
                toWatched.send(workers, sample);
                toReference.send(workers, sample);
                if (System.nanoTime() - told >= TOLD.toNanos()) {
                    told = System.nanoTime();
                    progress.accept(new Result(toWatched.log.side(), toReference.log.side()));
                }
                long next = Math.min(start + (i + 1) * pause, start + duration.toNanos());
                Thread.sleep(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
            }
        }
        return new Result(toWatched.log.side(), toReference.log.side());
    }

    private final class Sender {
        private final Endpoint endpoint;
        private final SampleSet samples;
        private final SideLog log = new SideLog();
        private final Semaphore places = new Semaphore(MOST_AT_ONCE);

        Sender(Endpoint endpoint, SampleSet samples) {
            this.endpoint = endpoint;
            this.samples = samples;
        }

        void send(ExecutorService workers, int sample) {
            if (!places.tryAcquire()) {
                return;
            }
            workers.execute(() -> {
                try {
                    log.send(endpoint, model, timeout, samples.request(), sample);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                } finally {
                    places.release();
                }
            });
        }
    }
}
