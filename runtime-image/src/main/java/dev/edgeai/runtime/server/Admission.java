package dev.edgeai.runtime.server;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Bounds what slow callers and a slow engine may pile up: how many bodies are read at once and how many bytes they take,
 * how many requests wait, and how many infer at once. A body is read before its request gets a place among those that
 * wait, so that whoever sends slowly keeps nobody out.
 */
public final class Admission {
    private static final int MAX_BODIES = 1024;

    /** Numbers take more memory than their text; they lie outside the heap. */
    private static final int TENSORS_OVER_BODIES = 2;

    private final ServerOptions.Deadlines deadlines;
    private final Semaphore bodies;
    private final RequestMemory bodyMemory;
    private final RequestMemory tensorMemory;
    private final Semaphore places;
    private final Semaphore running;
    private final Set<Run> runs = ConcurrentHashMap.newKeySet();
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile long lastLeft = System.nanoTime();

    Admission(ServerOptions options) {
        deadlines = options.deadlines();
        bodies = new Semaphore(Math.min(MAX_BODIES, Math.max(1, options.maxConnections() / 2)));
        bodyMemory = new RequestMemory(options.maxBufferedBytes());
        tensorMemory = new RequestMemory(TENSORS_OVER_BODIES * options.maxBufferedBytes());
        places = new Semaphore(options.concurrency() + options.queue());
        running = new Semaphore(options.concurrency(), true);
    }

    /**
     * Begins a request, whose body comes first.
     *
     * @throws RefusedException 503, the house is full, or others send as many bodies as are read at once
     */
    Place receive() {
        if (places.availablePermits() == 0) {
            throw full();
        }
        if (!bodies.tryAcquire()) {
            throw RefusedException.crowded("others send as many requests as are read at once; try again");
        }
        inFlight.incrementAndGet();
        return new Place();
    }

    /** Requests in the house: being read, waiting, inferred or answered, and those whose inference outlived its answer. */
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

    private static RefusedException ending() {
        return RefusedException.overloaded("the server is ending; try again");
    }

    /** One inference in the engine. */
    private static final class Run {
        private volatile long progressed = System.nanoTime();
    }

    /**
     * One request from its first byte to its answer, and on to the end of its inference. Used by one thread beside that of
     * the inference.
     */
    public final class Place implements AutoCloseable {
        private final long began = System.nanoTime();
        private final Run run = new Run();
        private final RequestMemory.Share body = bodyMemory.share();
        private final RequestMemory.Share tensors = tensorMemory.share();
        private final AtomicInteger users =
                new AtomicInteger(1); // the request, and its inference where that runs apart
        private boolean entered;

        private Place() {}

        /** Memory of its body. */
        RequestMemory.Share body() {
            return body;
        }

        /**
         * Takes so many bytes of memory more for its tensors.
         *
         * @throws RefusedException 413 where the request alone is too large, 503 where others have the memory
         */
        public void growTensors(long more) {
            tensors.grow(more);
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
         * Waits for its turn, first come first served, and runs on this thread. Who went away while it waited has no turn.
         *
         * @throws RefusedException 503, its turn did not come before the request's deadline
         */
        public <T> T run(Supplier<T> inference) {
            waitForTurn();
            begin();
            try {
                return inference.get();
            } finally {
                end();
            }
        }

        /**
         * The same on a thread of its own. At the request's deadline nobody waits for it any longer; it keeps its turn and
         * its memory until it has ended, for an engine cannot be interrupted.
         *
         * @throws RefusedException 503, its turn did not come or it had not ended at the request's deadline
         */
        public <T> T runApart(Supplier<T> inference) {
            waitForTurn();
            FutureTask<T> task = new FutureTask<>(() -> {
                try {
                    return inference.get();
                } finally {
                    end();
                    leave();
                }
            });
            begin();
            users.incrementAndGet();
            try {
                Thread.ofVirtual().name("inference").start(task);
            } catch (OutOfMemoryError e) { // it did not start
                end();
                leave();
                throw e;
            }
            return await(task);
        }

        private <T> T await(FutureTask<T> task) {
            try {
                return task.get(left().toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException _) {
                throw RefusedException.overloaded("the inference had not ended at the request's deadline of "
                        + deadlines.request().toSeconds() + " s; send fewer samples at once, or add replicas");
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw ending();
            } catch (ExecutionException e) {
                throw switch (e.getCause()) {
                    case RuntimeException own -> own;
                    case Error own -> throw own;
                    case null, default -> new IllegalStateException(e);
                };
            }
        }

        private void begin() {
            run.progressed = System.nanoTime();
            runs.add(run);
        }

        private void end() {
            runs.remove(run);
            running.release();
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
                throw ending();
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
            leave();
        }

        private void leave() {
            if (users.decrementAndGet() > 0) {
                return;
            }
            (entered ? places : bodies).release();
            body.close();
            tensors.close();
            lastLeft = System.nanoTime();
            inFlight.decrementAndGet();
        }
    }
}
