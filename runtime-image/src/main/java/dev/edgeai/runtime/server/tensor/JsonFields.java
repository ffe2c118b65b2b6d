package dev.edgeai.runtime.server.tensor;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.edgeai.runtime.server.RefusedException;

import java.io.IOException;
import java.util.Arrays;

/** Values of a request's JSON, refused with the field's name when they are of the wrong kind. */
final class JsonFields {
    private JsonFields() {}

    /** Calls the reader at the value of each member; it must leave the parser at that value's end. */
    static void readObject(JsonParser parser, FieldReader reader) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            parser.nextToken();
            reader.read(field);
        }
    }

    /** Calls the reader at the start of each object of an array. */
    static void readObjects(JsonParser parser, String field, ObjectReader reader) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw RefusedException.badRequest("'" + field + "' must be an array of objects");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw RefusedException.badRequest("'" + field + "' must be an array of objects");
            }
            reader.read();
        }
    }

    static String string(JsonParser parser, String field) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw RefusedException.badRequest("'" + field + "' must be a string");
        }
        return parser.getText();
    }

    static boolean bool(JsonParser parser, String field) {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw RefusedException.badRequest("'" + field + "' must be true or false");
        };
    }

    /** A whole number of at least 0. */
    static long wholeNumber(JsonParser parser, String field) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            long value = parser.getLongValue();
            if (value >= 0) {
                return value;
            }
        }
        throw RefusedException.badRequest(
                "'" + field + "' must hold whole numbers of at least 0, not " + parser.getText());
    }

    /** @param most numbers there may be */
    static long[] wholeNumbers(JsonParser parser, String field, int most) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw RefusedException.badRequest("'" + field + "' must be an array of whole numbers");
        }
        long[] numbers = new long[most];
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (count == most) {
                throw RefusedException.badRequest("'" + field + "' must hold at most " + most + " numbers");
            }
            numbers[count++] = wholeNumber(parser, field);
        }
        return Arrays.copyOf(numbers, count);
    }

    /** Reads one member of an object. */
    @FunctionalInterface
    interface FieldReader {
        void read(String field) throws IOException;
    }

    /** Reads one object of an array. */
    @FunctionalInterface
    interface ObjectReader {
        void read() throws IOException;
    }
}
