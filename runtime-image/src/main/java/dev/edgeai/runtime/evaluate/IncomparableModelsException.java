package dev.edgeai.runtime.evaluate;

/** A variant's inputs or outputs differ from its source's, or it has one answer for everything: nothing to compare. */
public final class IncomparableModelsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public IncomparableModelsException(String message) {
        super(message);
    }
}
