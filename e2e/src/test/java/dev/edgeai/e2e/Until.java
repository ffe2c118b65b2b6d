package dev.edgeai.e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for a cluster to become what is wanted, with a clear sentence when it does not. */
final class Until {
    private static final Duration POLL = Duration.ofMillis(250);

    private Until() {}

    static void holds(String what, Duration limit, BooleanSupplier condition) {
        present(what, limit, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty(), () -> "");
    }

    static <T> T present(String what, Duration limit, Supplier<Optional<T>> value) {
        return present(what, limit, value, () -> "");
    }

    static <T> T present(String what, Duration limit, Supplier<Optional<T>> value, Supplier<String> otherwise) {
        Instant end = Instant.now().plus(limit);
        while (Instant.now().isBefore(end)) {
            Optional<T> now = value.get();
            if (now.isPresent()) {
                return now.get();
            }
            pause(POLL);
        }
        throw new AssertionError(
                "Within " + limit.toSeconds() + " s it did not come true that " + what + ". " + otherwise.get());
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
