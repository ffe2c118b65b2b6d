package dev.edgeai.runtime.server.completion;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgeai.runtime.server.RefusedException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What is asked of a language model. What would change the answer and is not supported is refused.
 *
 * @param prompt what to go on from, in the form of the API
 * @param maxTokens most tokens to write
 * @param temperature 0 takes the most likely token
 * @param topP share of the probability that is sampled from
 * @param stop texts that end the answer and are not part of it
 */
record CompletionRequest(
        String model,
        JsonNode prompt,
        int maxTokens,
        double temperature,
        double topP,
        long seed,
        List<String> stop,
        boolean stream) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Set<String> FIELDS =
            Set.of("model", "max_tokens", "temperature", "top_p", "seed", "stop", "stream", "user");
    private static final int MAX_STOPS = 4;

    static CompletionRequest read(byte[] body, String served, String promptField) throws IOException {
        JsonNode json;
        try {
            json = MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw RefusedException.badRequest("the body is no JSON: " + e.getOriginalMessage());
        }
        if (!json.isObject()) {
            throw RefusedException.badRequest("the body must be a JSON object");
        }
        json.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name) && !name.equals(promptField)) {
                throw RefusedException.badRequest("'" + name + "' is not supported here");
            }
        });
        JsonNode stream = json.path("stream");
        if (!stream.isMissingNode() && !stream.isBoolean()) {
            throw RefusedException.badRequest("'stream' must be true or false");
        }
        return new CompletionRequest(
                json.path("model").asText(served),
                json.path(promptField),
                (int) number(json, "max_tokens", 16, 1, Integer.MAX_VALUE),
                number(json, "temperature", 0, 0, 2),
                number(json, "top_p", 1, 0, 1),
                (long) number(json, "seed", 0, 0, 1L << 53),
                stops(json.path("stop")),
                stream.asBoolean());
    }

    private static double number(JsonNode json, String field, double missing, double from, double to) {
        JsonNode value = json.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return missing;
        }
        if (!value.isNumber() || !(value.asDouble() >= from && value.asDouble() <= to)) {
            throw RefusedException.badRequest("'%s' must be a number from %.0f to %.0f".formatted(field, from, to));
        }
        return value.asDouble();
    }

    private static List<String> stops(JsonNode value) {
        List<String> stops = new ArrayList<>();
        if (value.isTextual()) {
            stops.add(value.asText());
        } else if (value.isArray() && value.size() <= MAX_STOPS) {
            value.forEach(stop -> stops.add(stop.isTextual() ? stop.asText() : ""));
        } else if (!value.isMissingNode() && !value.isNull()) {
            throw RefusedException.badRequest("'stop' must be a string or at most " + MAX_STOPS + " of them");
        }
        if (stops.contains("")) {
            throw RefusedException.badRequest("'stop' must hold strings that are not empty");
        }
        return List.copyOf(stops);
    }
}
