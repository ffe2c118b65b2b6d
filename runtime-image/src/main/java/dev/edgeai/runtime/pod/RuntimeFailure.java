package dev.edgeai.runtime.pod;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;

/**
 * Something that ends a verb: the command line turns it into a {@link Failure} in the termination message and an exit
 * code. The message says what was wrong, where, and what to do next.
 */
public final class RuntimeFailure extends RuntimeException {
    private static final int MAX_MESSAGE_CHARACTERS = 1_000;

    private final FailureReason reason;

    public RuntimeFailure(FailureReason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public RuntimeFailure(FailureReason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public FailureReason reason() {
        return reason;
    }

    /** As it travels: the message cut to 1,000 characters. */
    public Failure failure() {
        return failure(reason, String.valueOf(getMessage()));
    }

    /** As it travels, of what threw nothing of its own. */
    public static Failure failure(FailureReason reason, String message) {
        String cut = message.length() <= MAX_MESSAGE_CHARACTERS
                ? message
                : message.substring(0, MAX_MESSAGE_CHARACTERS - 1) + "…";
        return new Failure(reason.reason(), cut);
    }

    public int exitCode() {
        return reason == FailureReason.GATE_REFUSED ? ExitCode.REFUSED : ExitCode.FAILED;
    }
}
