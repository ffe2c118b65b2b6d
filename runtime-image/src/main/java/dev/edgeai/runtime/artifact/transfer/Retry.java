package dev.edgeai.runtime.artifact.transfer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * Tries again while a registry or web server does not answer, with growing pauses, for a bounded time. An attempt that
 * got further than all of that time (a long download that broke off) opens a new window.
 *
 * @param window how long to go on after the first failure
 * @param clock what time it is
 * @param sleeper how to wait
 */
public record Retry(Duration window, InstantSource clock, Sleeper sleeper) {
    private static final Logger LOG = LoggerFactory.getLogger(Retry.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final int MAX_ATTEMPTS = 100;

    /** How to wait; tests do not. */
    @FunctionalInterface
    public interface Sleeper {
        void sleep(Duration pause) throws InterruptedException;
    }

    public static Retry within(Duration window) {
        return new Retry(window, InstantSource.system(), Thread::sleep);
    }

    /**
     * Calls until it succeeds.
     *
     * @throws TransferException the first that is not {@code UNAVAILABLE}, or the last when time is up
     */
    public <T> T call(Supplier<T> attempt) {
        Instant deadline = Instant.MAX;
        Duration pause = FIRST_PAUSE;
        for (int attempts = 1; ; attempts++) {
            Instant start = clock.instant();
            try {
                return attempt.get();
            } catch (TransferException e) {
                Instant now = clock.instant();
                if (deadline.equals(Instant.MAX) || Duration.between(start, now).compareTo(window) > 0) {
                    deadline = now.plus(window);
                    pause = FIRST_PAUSE;
                }
                if (e.kind() != TransferException.Kind.UNAVAILABLE
                        || attempts == MAX_ATTEMPTS
                        || now.plus(pause).isAfter(deadline)) {
                    throw e;
                }
                LOG.info(
                        "{} Trying again in {} ms, and for {} s more.",
                        e.getMessage(),
                        pause.toMillis(),
                        Duration.between(now, deadline).toSeconds());
                rest(pause, e);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
    }

    private void rest(Duration pause, TransferException failure) {
        try {
            sleeper.sleep(pause);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw failure;
        }
    }
}
