package dev.edgeai.runtime.dataset;

/** The dataset is malformed or does not fit the model. The message says where and what to do. */
public final class InvalidDatasetException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public InvalidDatasetException(String message) {
        super(message);
    }

    public InvalidDatasetException(String message, Throwable cause) {
        super(message, cause);
    }
}
