package dev.edgeai.runtime.server.completion;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.server.RefusedException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What is asked of a language model. What would change the answer and is not supported is refused.
 *
 * @param prompt tokens to go on from
 * @param maxTokens most tokens to write
 * @param stop texts that end the answer and are not part of it
 * @param tellsUsage whether a stream ends with what it took
 */
record CompletionRequest(
        int[] prompt, int maxTokens, Sampling sampling, List<String> stop, boolean stream, boolean tellsUsage) {
    /** A body becomes a tree, so what a small one may grow to is bounded. */
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(32)
                    .maxTokenCount(50_000)
                    .maxStringLength(2 << 20)
                    .maxNameLength(256)
                    .build())
            .build());

    private static final int MAX_STOPS = 4;
    private static final int MAX_STOP_CHARACTERS = 1_000;

    /**
     * How tokens are chosen.
     *
     * @param temperature 0 takes the most likely token
     * @param topP share of the probability that is sampled from
     */
    record Sampling(double temperature, double topP, long seed) {}

    /**
     * Reads a request.
     *
     * @param served name of the model that is served
     * @throws RefusedException it is malformed, asks for another model or for what is not supported, or is too long
     */
    static CompletionRequest read(byte[] body, String served, CompletionApi api, LanguageModel model)
            throws IOException {
        JsonNode json;
        try {
            json = MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw RefusedException.badRequest("the body is no JSON that is read here: " + e.getOriginalMessage());
        }
        if (!json.isObject()) {
            throw RefusedException.badRequest("the body must be a JSON object");
        }
        OpenAiFields.requireSupported(json, api.promptField());
        String asked = json.path("model").asText(served);
        if (!asked.equals(served)) {
            throw RefusedException.of(OpenAiErrors.noModel(asked, served));
        }
        int[] prompt = api.tokens(model, json.path(api.promptField()));
        PromptLength.require(model, prompt);
        return new CompletionRequest(
                prompt,
                (int) number(json, maxTokensField(json), api.defaultMaxTokens(), 1, Integer.MAX_VALUE),
                new Sampling(number(json, "temperature", 0, 0, 2), number(json, "top_p", 1, 0, 1), (long)
                        number(json, "seed", 0, -(1L << 53), 1L << 53)),
                stops(json.path("stop")),
                bool(json, "stream"),
                bool(json.path("stream_options"), "include_usage"));
    }

    /** The newer name where it is used. */
    private static String maxTokensField(JsonNode json) {
        return json.hasNonNull("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
    }

    private static boolean bool(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
            throw RefusedException.badField(field, "'" + field + "' must be true or false");
        }
        return value.asBoolean();
    }

    private static double number(JsonNode json, String field, double missing, double from, double to) {
        JsonNode value = json.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return missing;
        }
        if (!value.isNumber() || !(value.asDouble() >= from && value.asDouble() <= to)) {
            throw RefusedException.badField(
                    field, "'%s' must be a number from %.0f to %.0f".formatted(field, from, to));
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
            throw RefusedException.badField("stop", "'stop' must be a string or at most " + MAX_STOPS + " of them");
        }
        if (stops.stream().anyMatch(stop -> stop.isEmpty() || stop.length() > MAX_STOP_CHARACTERS)) {
            throw RefusedException.badField(
                    "stop", "'stop' must hold strings of 1 to " + MAX_STOP_CHARACTERS + " characters");
        }
        return List.copyOf(stops);
    }
}
