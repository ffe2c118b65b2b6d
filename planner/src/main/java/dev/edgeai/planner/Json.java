package dev.edgeai.planner;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.util.Optional;

/**
 * JSON as it travels between the operator and its pods: absent instead of null, and unknown fields are skipped, so that
 * a pod and an operator of neighbouring versions understand each other.
 */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .defaultPropertyInclusion(JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, null))
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS) // the same value is the same bytes
            .build();

    private Json() {}

    /** The shared mapper; not to be reconfigured. */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /** One line of JSON. */
    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value.getClass(), e);
        }
    }

    /**
     * Reads a value.
     *
     * @throws JsonProcessingException the text is no JSON, or not of this type
     */
    public static <T> T read(String json, Class<T> type) throws JsonProcessingException {
        T value = MAPPER.readValue(json, type);
        if (value == null) {
            throw MismatchedInputException.from(null, type, "null where " + type.getSimpleName() + " was expected");
        }
        return value;
    }

    /** The text read as this type; absent when it is not one. */
    public static <T> Optional<T> find(String text, Class<T> type) {
        try {
            return Optional.of(read(text, type));
        } catch (JsonProcessingException _) {
            return Optional.empty();
        }
    }
}
