package dev.edgeai.runtime.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;

import java.util.Map;

/** JSON answers. */
public final class JsonAnswers {
    public static final Header CONTENT_TYPE = HeaderValues.create(HeaderNames.CONTENT_TYPE, "application/json");

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonAnswers() {}

    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value, e);
        }
    }

    /** The protocol's error object. */
    static byte[] error(String message) {
        return bytes(Map.of("error", message));
    }

    public static void send(ServerResponse response, Status status, byte[] json) {
        response.status(status).header(CONTENT_TYPE).send(json);
    }

    static void sendError(ServerResponse response, Status status, String message) {
        send(response, status, error(message));
    }

    static void sendError(ServerResponse response, Status status, Exception cause) {
        sendError(response, status, String.valueOf(cause.getMessage()));
    }
}
