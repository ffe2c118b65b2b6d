package dev.edgeai.runtime.server;

import io.helidon.http.Status;

import java.util.Optional;

/**
 * Why a request was not answered.
 *
 * @param message a sentence for the caller
 * @param field the field of the body that was wrong, where it is one
 */
public record ApiError(Status status, String message, Optional<String> field) {
    static ApiError of(Status status, String message) {
        return new ApiError(status, message, Optional.empty());
    }

    static ApiError of(Status status, Exception cause) {
        return of(status, String.valueOf(cause.getMessage()));
    }

    /** Whether it is the caller who can mend it. */
    public boolean isCallers() {
        return status.code() < Status.INTERNAL_SERVER_ERROR_500.code();
    }
}
