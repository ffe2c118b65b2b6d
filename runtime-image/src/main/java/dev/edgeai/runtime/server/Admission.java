package dev.edgeai.runtime.server;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Bounds what slow callers and a slow engine may pile up: how many bodies are read at once and how many bytes they take,
 * how many requests wait, and how many infer at once. A body is read before its request gets a place among those that
 * wait, so that whoever sends slowly keeps nobody out.
 */
public final class Admission {
    private static final int UNIT = 1024; // bytes are counted in KiB, for a semaphore counts in int
    private static final int MAX_BODIES = 1024;

    /** What each request has without asking, so that large ones keep no small one out. */
    private static final int OWN = 8 << 10;

    /** Numbers take more memory than their text; they lie outside the heap. */
    private static final int TENSORS_OVER_BODIES = 2;

    private final ServerOptions.Deadlines deadlines;
    private final Semaphore bodies = new Semaphore(MAX_BODIES);
    private final Memory bodyMemory;
    private final Memory tensorMemory;
    private final Semaphore places;
    private final Semaphore running;
    private final Set<Run> runs = ConcurrentHashMap.newKeySet();
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile long lastLeft = System.nanoTime();

    Admission(ServerOptions options) {
        deadlines = options.deadlines();
        bodyMemory = new Memory(options.maxBufferedBytes());
        tensorMemory = new Memory(TENSORS_OVER_BODIES * options.maxBufferedBytes());
        places = new Semaphore(options.concurrency() + options.queue());
        running = new Semaphore(options.concurrency(), true);
    }

    /**
     * Begins a request, whose body comes first.
     *
     * @throws RefusedException 503, the house is full
     */
    Place receive() {
        if (places.availablePermits() == 0 || !bodies.tryAcquire()) {
            throw full();
        }
        inFlight.incrementAndGet();
        return new Place();
    }

    /** Requests in the house: being read, waiting, inferred or answered. */
    int inFlight() {
        return inFlight.get();
    }

    /** Nanoseconds since the last request left; 0 while one is in the house. */
    long idleNanos() {
        return inFlight() > 0 ? 0 : System.nanoTime() - lastLeft;
    }

    /** Whether an inference has made no progress for so long that the engine must be taken as hung. */
    boolean isHung() {
        long now = System.nanoTime();
        return runs.stream()
                .anyMatch(run -> now - run.progressed > deadlines.hung().toNanos());
    }

    private static RefusedException full() {
        return RefusedException.overloaded("the server is at its limit of waiting requests; try again or add replicas");
    }

    private static int units(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(bytes, UNIT));
    }

    /** Memory that all requests share. */
    private record Memory(long bytes, Semaphore free) {
        Memory(long bytes) {
            this(bytes, new Semaphore(units(bytes)));
        }
    }

    /** What one request has of it. */
    public static final class Share {
        private final Memory memory;
        private long bytes;

        private Share(Memory memory) {
            this.memory = memory;
        }

        /**
         * Takes so many bytes more.
         *
         * @throws RefusedException 413 where the request alone is too large, 503 where others have the memory
         */
        public void grow(long more) {
            if (bytes + more > memory.bytes) {
                throw RefusedException.tooLarge("the request needs " + (bytes + more)
                        + " bytes of memory, more than all" + " requests have here (" + memory.bytes
                        + "); send fewer samples at once, or raise the memory limit");
            }
            if (!memory.free.tryAcquire(shared(bytes + more) - shared(bytes))) {
                throw RefusedException.overloaded(
                        "the memory for requests is taken by others; try again or add replicas");
            }
            bytes += more;
        }

        /** Gives so many of them back. */
        void shrink(long less) {
            memory.free.release(shared(bytes) - shared(bytes - less));
            bytes -= less;
        }

        private static int shared(long bytes) {
            return units(Math.max(0, bytes - OWN));
        }

        private void close() {
            shrink(bytes);
        }
    }

    /** One inference in the engine. */
    private static final class Run {
        private volatile long progressed = System.nanoTime();
    }

    /** One request from its first byte to its answer. Used by one thread. */
    public final class Place implements AutoCloseable {
        private final long began = System.nanoTime();
        private final Run run = new Run();
        private final Share body = new Share(bodyMemory);
        private final Share tensors = new Share(tensorMemory);
        private boolean entered;

        private Place() {}

        /** Memory of its body. */
        Share body() {
            return body;
        }

        /** Memory of its tensors. */
        public Share tensors() {
            return tensors;
        }

        /**
         * Takes a place among the requests that wait: the body is there.
         *
         * @throws RefusedException 503, the house is full
         */
        void enter() {
            if (!places.tryAcquire()) {
                throw full();
            }
            entered = true;
            bodies.release();
        }

        /**
         * Waits for its turn, first come first served, and runs. Who went away while it waited has no turn.
         *
         * @throws RefusedException 503, its turn did not come before the request's deadline
         */
        public <T> T run(Supplier<T> inference) {
            waitForTurn();
            run.progressed = System.nanoTime();
            runs.add(run);
            try {
                return inference.get();
            } finally {
                runs.remove(run);
                running.release();
            }
        }

        private void waitForTurn() {
            if (running.tryAcquire()) {
                return;
            }
            Caller caller = Caller.current();
            try {
                if (!caller.await(() -> running.tryAcquire(left().toNanos(), TimeUnit.NANOSECONDS))) {
                    throw RefusedException.overloaded(
                            "the request waited for " + deadlines.request().toSeconds()
                                    + " s and its turn did not come; try again or add replicas");
                }
            } catch (InterruptedException _) {
                if (caller.hasLeft()) {
                    throw caller.left();
                }
                Thread.currentThread().interrupt();
                throw RefusedException.overloaded("the server is ending; try again");
            }
            if (caller.hasLeft()) {
                running.release();
                throw caller.left();
            }
        }

        /** Tells that the engine made progress, as a generation does with each token. */
        public void progressed() {
            run.progressed = System.nanoTime();
        }

        /** Time until the request's deadline; negative after it. */
        public Duration left() {
            return deadlines.request().minusNanos(System.nanoTime() - began);
        }

        @Override
        public void close() {
            (entered ? places : bodies).release();
            body.close();
            tensors.close();
            lastLeft = System.nanoTime();
            inFlight.decrementAndGet();
        }
    }
}
