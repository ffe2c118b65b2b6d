package dev.edgeai.runtime.artifact.transfer;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** Ends a transfer on which no byte moves any more: the library below waits for ever when a peer falls silent. */
public final class StallGuard {
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
     * Runs a transfer.
     *
     * @throws IOException what the transfer threw, or that it stalled
     */
    public <T> T run(Transfer<T> transfer) throws IOException {
        AtomicLong last = new AtomicLong(System.nanoTime());
        FutureTask<T> task = new FutureTask<>(() -> transfer.run(_ -> last.set(System.nanoTime())));
        Thread.ofVirtual().name("transfer").start(task);
        while (true) {
            long left = limit.toNanos() - (System.nanoTime() - last.get());
            if (left <= 0) {
                task.cancel(true);
                throw new IOException("no byte moved for " + limit.toSeconds() + " s");
            }
            try {
                return task.get(left, TimeUnit.NANOSECONDS);
            } catch (TimeoutException _) {
                continue; // bytes may have moved meanwhile
            } catch (InterruptedException e) {
                task.cancel(true);
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            } catch (ExecutionException e) {
                throw unwrap(e.getCause() == null ? e : e.getCause());
            }
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
