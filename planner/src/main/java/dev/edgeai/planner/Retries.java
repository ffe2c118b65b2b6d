package dev.edgeai.planner;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;

import java.util.Set;

/** Which failures are worth another attempt. */
public final class Retries {
    /** A second pod, alike in memory and time, would end as the first did. */
    private static final Set<String> SAME_AGAIN =
            Set.of(FailureReason.OUT_OF_MEMORY.reason(), FailureReason.DEADLINE_EXCEEDED.reason());

    private Retries() {}

    /** Whether another attempt can only end the same way. */
    public static boolean inVain(Failure failure) {
        return SAME_AGAIN.contains(failure.reason());
    }
}
