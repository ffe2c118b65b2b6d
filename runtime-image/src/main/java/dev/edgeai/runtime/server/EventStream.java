package dev.edgeai.runtime.server;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerResponse;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * An answer as server-sent events. It begins with the first event, so what fails before still gets a status of its own.
 */
public final class EventStream {
    private final ServerResponse response;
    private final Function<ApiError, byte[]> errors;
    private @Nullable OutputStream out;

    /** @param errors an error as the API has it */
    public EventStream(ServerResponse response, Function<ApiError, byte[]> errors) {
        this.response = response;
        this.errors = errors;
    }

    /** What ended a stream that had begun; the client was told. */
    static final class BrokenException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private BrokenException(RuntimeException cause) {
            super(cause);
        }
    }

    /**
     * Sends one event.
     *
     * @throws ServerConnectionException the client does not take it
     */
    public void send(byte[] data) {
        try {
            OutputStream to = out();
            to.write("data: ".getBytes(StandardCharsets.UTF_8));
            to.write(data);
            to.write("\n\n".getBytes(StandardCharsets.UTF_8));
            to.flush();
        } catch (IOException e) {
            throw new ServerConnectionException("a stream's event was not taken", e);
        }
    }

    /** Whether an event was sent. */
    public boolean hasBegun() {
        return out != null;
    }

    /** Ends a whole answer. */
    public void done() throws IOException {
        send("[DONE]".getBytes(StandardCharsets.UTF_8));
        out().close();
    }

    /** Ends an answer that failed: with an error event when it has begun. Gives what to throw. */
    public RuntimeException failed(RuntimeException e) throws IOException {
        if (out == null || e instanceof ServerConnectionException) {
            return e;
        }
        send(errors.apply(
                ApiError.of(Status.INTERNAL_SERVER_ERROR_500, "the answer is not complete: " + e.getMessage())));
        out.close();
        return new BrokenException(e);
    }

    private OutputStream out() {
        OutputStream begun = out;
        if (begun == null) {
            response.header(HeaderValues.create(HeaderNames.CONTENT_TYPE, "text/event-stream"));
            begun = response.outputStream();
            out = begun;
        }
        return begun;
    }
}
