package dev.edgeai.runtime.evaluate;

/** A variant's inputs or outputs differ from its source's, so the two cannot be compared. */
public final class IncomparableModelsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public IncomparableModelsException(String message) {
        super(message);
    }
}
