package dev.edgeai.runtime.client;

/** A request got no valid answer. The message says from where and why. */
public final class InferenceFailedException extends Exception {
    private static final long serialVersionUID = 1;

    InferenceFailedException(String message) {
        super(message);
    }

    InferenceFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
