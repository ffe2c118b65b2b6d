package dev.edgeai.runtime.server;

import java.util.concurrent.Semaphore;

/** Memory that all requests share. */
final class RequestMemory {
    private static final int UNIT = 1024; // bytes are counted in KiB, for a semaphore counts in int

    /** What each request has without asking, so that large ones keep no small one out. */
    private static final int OWN = 8 << 10;

    private final long bytes;
    private final Semaphore free;

    RequestMemory(long bytes) {
        this.bytes = bytes;
        free = new Semaphore(units(bytes));
    }

    /** A request's share, with nothing in it. */
    Share share() {
        return new Share();
    }

    private static int units(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(bytes, UNIT));
    }

    /** What one request has of it. */
    public final class Share {
        private long taken;

        private Share() {}

        /**
         * Takes so many bytes more.
         *
         * @throws RefusedException 413 where the request alone is too large, 503 where others have the memory
         */
        public void grow(long more) {
            if (taken + more > bytes) {
                throw RefusedException.tooLarge("the request needs " + (taken + more)
                        + " bytes of memory, more than all requests have here (" + bytes
                        + "); send fewer samples at once, or raise the memory limit");
            }
            if (!free.tryAcquire(shared(taken + more) - shared(taken))) {
                throw RefusedException.crowded("the memory for requests is taken by others; try again or add replicas");
            }
            taken += more;
        }

        /** Gives so many of them back. */
        void shrink(long less) {
            free.release(shared(taken) - shared(taken - less));
            taken -= less;
        }

        /** Gives all of them back. */
        void close() {
            shrink(taken);
        }

        private static int shared(long bytes) {
            return units(Math.max(0, bytes - OWN));
        }
    }
}
