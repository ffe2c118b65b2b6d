package dev.edgeai.runtime.assess;

/** The file is no model that can be assessed. The message says why. */
public final class UnreadableModelException extends Exception {
    private static final long serialVersionUID = 1;

    UnreadableModelException(String message) {
        super(message);
    }

    UnreadableModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
