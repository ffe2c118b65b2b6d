package dev.edgeai.runtime.server.tensor;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.edgeai.runtime.server.RefusedException;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/**
 * What a {@code parameters} object says that this server knows.
 *
 * @param binaryDataOutput of a request: whether outputs that do not say otherwise are answered in binary
 * @param binaryData of an output: whether it is answered in binary
 * @param binaryDataSize of an input: bytes of it after the JSON
 */
record RequestParameters(
        Optional<Boolean> binaryDataOutput, Optional<Boolean> binaryData, Optional<Long> binaryDataSize) {
    static final RequestParameters NONE = new RequestParameters(Optional.empty(), Optional.empty(), Optional.empty());

    /** Parameters that ask for something this server does not do; other unknown ones are hints and may be ignored. */
    private static final Set<String> UNSUPPORTED =
            Set.of("classification", "shared_memory_region", "shared_memory_byte_size", "shared_memory_offset");

    /**
     * Reads them.
     *
     * @param parser at the value of {@code parameters}; afterwards at its end
     * @param whose for the message, such as {@code an input}
     * @throws RefusedException a value is of the wrong kind, or asks for what this server does not do
     */
    static RequestParameters read(JsonParser parser, String whose) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw RefusedException.badRequest("'parameters' of " + whose + " must be an object");
        }
        RequestParameters read = NONE;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            parser.nextToken();
            read = read.with(parser, field, whose);
        }
        return read;
    }

    private RequestParameters with(JsonParser parser, String field, String whose) throws IOException {
        return switch (field) {
            case "binary_data_output" ->
                new RequestParameters(Optional.of(JsonFields.bool(parser, field)), binaryData, binaryDataSize);
            case "binary_data" ->
                new RequestParameters(binaryDataOutput, Optional.of(JsonFields.bool(parser, field)), binaryDataSize);
            case "binary_data_size" ->
                new RequestParameters(binaryDataOutput, binaryData, Optional.of(JsonFields.wholeNumber(parser, field)));
            default -> {
                if (UNSUPPORTED.contains(field)) {
                    throw RefusedException.badRequest(
                            "parameter '" + field + "' of " + whose + " is not supported by this server");
                }
                parser.skipChildren();
                yield this;
            }
        };
    }
}
