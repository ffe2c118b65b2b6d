package dev.edgeai.runtime.server;

import dev.edgeai.runtime.server.ServerMetrics.Outcome;
import io.helidon.http.Status;

import java.util.Optional;

/** A request that the server does not take, with the status that says why. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final Outcome outcome;
    private final Optional<String> field;

    /**
     * @param status HTTP status, 4xx for what the caller can change, 503 where the server has no room
     * @param message a sentence for the caller: what was wrong, and what was expected
     */
    public RefusedException(int status, String message) {
        this(status, message, Optional.empty());
    }

    private RefusedException(int status, String message, Optional<String> field) {
        this(
                status,
                status < Status.INTERNAL_SERVER_ERROR_500.code() ? Outcome.INVALID : Outcome.OVERLOADED,
                message,
                field);
    }

    private RefusedException(int status, Outcome outcome, String message, Optional<String> field) {
        super(message, null, false, false);
        this.status = status;
        this.outcome = outcome;
        this.field = field;
    }

    public static RefusedException of(ApiError error) {
        return new RefusedException(error.status().code(), error.message(), error.field());
    }

    public static RefusedException badRequest(String message) {
        return new RefusedException(Status.BAD_REQUEST_400.code(), message);
    }

    /**
     * A field of the body that is not as it must be.
     *
     * @param field its name
     */
    public static RefusedException badField(String field, String message) {
        return new RefusedException(Status.BAD_REQUEST_400.code(), message, Optional.of(field));
    }

    static RefusedException tooLarge(String message) {
        return new RefusedException(Status.REQUEST_ENTITY_TOO_LARGE_413.code(), message);
    }

    public static RefusedException overloaded(String message) {
        return new RefusedException(Status.SERVICE_UNAVAILABLE_503.code(), message);
    }

    /** 503 because of what others send, which tells nothing of the model: their bodies took the room. */
    static RefusedException crowded(String message) {
        return new RefusedException(Status.SERVICE_UNAVAILABLE_503.code(), Outcome.CROWDED, message, Optional.empty());
    }

    int status() {
        return status;
    }

    /** As what it counts. */
    Outcome outcome() {
        return outcome;
    }

    /** The field of the body that was wrong, where it is one. */
    Optional<String> field() {
        return field;
    }
}
