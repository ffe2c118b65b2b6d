package dev.edgeai.runtime.server;

import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Bounds what a slow engine may pile up: how many requests are in the house, how many bytes their bodies take, and how
 * many infer at once.
 */
public final class Admission {
    private static final int UNIT = 1024; // bytes are counted in KiB, for a semaphore counts in int

    private final int places;
    private final Semaphore free;
    private final Semaphore buffer;
    private final Semaphore running;
    private volatile long lastLeft = System.nanoTime();

    Admission(ServerOptions options) {
        places = options.concurrency() + options.queue();
        free = new Semaphore(places);
        buffer = new Semaphore(units(options.maxBufferedBytes()));
        running = new Semaphore(options.concurrency(), true);
    }

    /** A place for a request whose body has that many bytes; nothing when the house is full. */
    Optional<Place> enter(long bytes) {
        int units = units(bytes);
        if (!free.tryAcquire()) {
            return Optional.empty();
        }
        if (!buffer.tryAcquire(units)) {
            free.release();
            return Optional.empty();
        }
        return Optional.of(new Place(units));
    }

    /** Requests in the house, waiting ones included. */
    int inFlight() {
        return places - free.availablePermits();
    }

    /** Nanoseconds since the last request left; 0 while one is in the house. */
    long idleNanos() {
        return inFlight() > 0 ? 0 : System.nanoTime() - lastLeft;
    }

    private static int units(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(bytes, UNIT));
    }

    /** One admitted request. */
    public final class Place implements AutoCloseable {
        private final int units;

        private Place(int units) {
            this.units = units;
        }

        /** Waits for its turn, first come first served, and runs. */
        public <T> T run(Supplier<T> inference) {
            running.acquireUninterruptibly();
            try {
                return inference.get();
            } finally {
                running.release();
            }
        }

        @Override
        public void close() {
            lastLeft = System.nanoTime();
            buffer.release(units);
            free.release();
        }
    }
}
