package dev.edgeai.planner;

import org.jspecify.annotations.Nullable;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/** Times as other objects tell them. */
public final class Times {
    private Times() {}

    /**
     * The moment; empty when there is none, or when somebody wrote something else there: who looks at many objects may not
     * stop at one of them.
     */
    public static Optional<Instant> read(@Nullable String text) {
        try {
            return Optional.ofNullable(text).map(Instant::parse);
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
