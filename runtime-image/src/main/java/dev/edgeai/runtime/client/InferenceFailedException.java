package dev.edgeai.runtime.client;

/** A request got no valid answer. The message says from where and why. */
public final class InferenceFailedException extends Exception {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    /** Who failed. */
    public enum Kind {
        /** The model server that was meant: its own error, or an answer that is none. */
        MODEL,
        /** That server was full. */
        REFUSED,
        /** It was reached and did not answer in time. */
        TIMED_OUT,
        /** It was not reached, or something else answered in its place. */
        UNREACHABLE
    }

    InferenceFailedException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    InferenceFailedException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
