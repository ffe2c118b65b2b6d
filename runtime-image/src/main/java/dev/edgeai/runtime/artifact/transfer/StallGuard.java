package dev.edgeai.runtime.artifact.transfer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** Ends a transfer on which no byte moves any more: the library below waits for ever when a peer falls silent. */
public final class StallGuard {
    private static final Logger LOG = LoggerFactory.getLogger(StallGuard.class);

    /** Parts of the limit after each of which a person is told what is waited for. */
    private static final int NOTICES = 9;

    private final Duration limit;

    public StallGuard(Duration limit) {
        this.limit = limit;
    }

    /** Called by a transfer whenever bytes moved. */
    @FunctionalInterface
    public interface Progress {
        void moved(long bytes);

        /** Tells another one too. */
        default Progress and(Progress other) {
            return bytes -> {
                moved(bytes);
                other.moved(bytes);
            };
        }
    }

    /** A transfer. */
    @FunctionalInterface
    public interface Transfer<T> {
        T run(Progress progress) throws IOException;
    }

    /**
     * Runs a transfer; while nothing moves it says what it waits for.
     *
     * @param what for messages
     * @throws IOException what the transfer threw, or that it stalled
     */
    public <T> T run(String what, Transfer<T> transfer) throws IOException {
        AtomicLong last = new AtomicLong(System.nanoTime());
        FutureTask<T> task = new FutureTask<>(() -> transfer.run(_ -> last.set(System.nanoTime())));
        Thread.ofVirtual().name("transfer").start(task);
        while (true) {
            long silent = System.nanoTime() - last.get();
            long left = limit.toNanos() - silent;
            if (left <= 0) {
                task.cancel(true);
                throw new IOException("no byte moved for " + limit.toSeconds() + " s");
            }
            try {
                return task.get(Math.min(left, limit.toNanos() / NOTICES), TimeUnit.NANOSECONDS);
            } catch (TimeoutException _) {
                tell(what, Duration.ofNanos(System.nanoTime() - last.get()));
            } catch (InterruptedException e) {
                task.cancel(true);
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            } catch (ExecutionException e) {
                throw unwrap(e.getCause() == null ? e : e.getCause());
            }
        }
    }

    /** Nothing where bytes moved meanwhile. */
    private void tell(String what, Duration silent) {
        if (silent.compareTo(limit.dividedBy(NOTICES)) >= 0) {
            LOG.info("{}: no answer for {} s; waiting for {} s at most.", what, silent.toSeconds(), limit.toSeconds());
        }
    }

    private static IOException unwrap(Throwable cause) throws IOException {
        switch (cause) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IOException(cause);
        }
    }
}
