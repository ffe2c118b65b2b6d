package dev.edgeai.runtime.server.process;

import sun.misc.Signal;

import java.util.concurrent.CountDownLatch;

/**
 * The wish of the outside that this process ends. A signal handler rather than a shutdown hook: hooks of native
 * libraries run at the same time and would take the engine away under requests in flight, and the exit code would not
 * be 0.
 */
final class Termination {
    private final CountDownLatch wished = new CountDownLatch(1);

    private Termination() {}

    /** Listens to SIGTERM and SIGINT from now on. */
    static Termination listen() {
        Termination termination = new Termination();
        Signal.handle(new Signal("TERM"), _ -> termination.wished.countDown());
        Signal.handle(new Signal("INT"), _ -> termination.wished.countDown());
        return termination;
    }

    void await() throws InterruptedException {
        wished.await();
    }
}
