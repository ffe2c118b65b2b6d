package dev.edgeai.runtime.server;

import java.util.concurrent.TimeUnit;

/**
 * A clock that stands still while this process gets no core. By it a caller is given time: what was sent in time and lies
 * in the socket because nobody here could read it is not the caller's delay.
 */
final class OwnTime {
    /** Thread that sleeps this long again and again, a virtual one as those that read; what it sleeps more is lost. */
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long TOLERANCE = TimeUnit.MILLISECONDS.toNanos(50);

    private static volatile long lost; // written by the ticking thread alone
    private static volatile long lastTick = System.nanoTime();

    static {
        Thread.ofVirtual().name("own time").start(OwnTime::tick);
    }

    private OwnTime() {}

    /** Nanoseconds from any origin, without those in which nothing here could run. */
    static long nanos() {
        long known;
        long since;
        do {
            since = lastTick;
            known = lost;
        } while (since != lastTick);
        long now = System.nanoTime();
        return now - known - late(now - since);
    }

    private static void tick() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(TICK);
                long now = System.nanoTime();
                lost += late(now - lastTick);
                lastTick = now;
            }
        } catch (InterruptedException _) {
            // nobody interrupts it; without it the clock would stand still for ever, and deadlines with it
            throw new IllegalStateException("the clock of this process was stopped");
        }
    }

    private static long late(long slept) {
        return Math.max(0, slept - TICK - TOLERANCE);
    }
}
