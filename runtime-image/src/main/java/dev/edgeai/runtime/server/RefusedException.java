package dev.edgeai.runtime.server;

/** A request that the server does not take, with the status that says why. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /**
     * @param status HTTP status, 4xx
     * @param message a sentence for the caller: what was wrong, and what was expected
     */
    public RefusedException(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    public static RefusedException badRequest(String message) {
        return new RefusedException(400, message);
    }

    int status() {
        return status;
    }
}
