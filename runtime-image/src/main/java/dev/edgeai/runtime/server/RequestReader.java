package dev.edgeai.runtime.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.server.InferenceRequest.RequestedOutput;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads an inference request in one pass over its body, straight into tensors. Whether the tensors fit the model is the
 * engine's to say.
 */
final class RequestReader {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .build();

    /** Parameters that ask for something this server does not do; other unknown ones are hints and may be ignored. */
    private static final Set<String> UNSUPPORTED =
            Set.of("classification", "shared_memory_region", "shared_memory_byte_size", "shared_memory_offset");

    private final byte[] body;
    private final int jsonLength;
    private int binaryPosition;

    private Optional<String> id = Optional.empty();
    private boolean binaryOutputs;
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private final List<RequestedOutput> outputs = new ArrayList<>();

    private RequestReader(byte[] body, int jsonLength) {
        this.body = body;
        this.jsonLength = jsonLength;
        binaryPosition = jsonLength;
    }

    /**
     * Reads a request.
     *
     * @param body JSON, then the raw little-endian bytes of binary inputs in the order of the inputs
     * @param jsonLength bytes of the JSON, as {@code Inference-Header-Content-Length} says; without it the whole body
     * @throws RefusedException the body is no inference request; the message names the tensor and what was expected
     */
    static InferenceRequest read(byte[] body, Optional<Integer> jsonLength) {
        int length = jsonLength.orElse(body.length);
        if (length < 0 || length > body.length) {
            throw RefusedException.badRequest(
                    "Inference-Header-Content-Length is " + length + ", but the body has " + body.length + " bytes");
        }
        return new RequestReader(body, length).read();
    }

    private InferenceRequest read() {
        try (JsonParser parser = JSON.createParser(body, 0, jsonLength)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw RefusedException.badRequest("the body must be a JSON object with 'inputs'");
            }
            readRequest(parser);
            if (parser.nextToken() != null) {
                throw RefusedException.badRequest("the body goes on after the JSON object");
            }
        } catch (JsonProcessingException e) {
            throw RefusedException.badRequest("the body is not valid JSON: " + e.getOriginalMessage() + ", at byte "
                    + e.getLocation().getByteOffset());
        } catch (IOException e) {
            throw new IllegalStateException("cannot happen: the body is in memory", e);
        }
        if (inputs.isEmpty()) {
            throw RefusedException.badRequest("'inputs' is missing or empty");
        }
        if (binaryPosition != body.length) {
            throw RefusedException.badRequest((body.length - binaryPosition)
                    + " bytes after the JSON belong to no input; give each binary input its 'binary_data_size'");
        }
        return new InferenceRequest(id, inputs, outputs, binaryOutputs);
    }

    private void readRequest(JsonParser parser) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "id" -> id = Optional.of(string(parser, "id"));
                case "parameters" -> binaryOutputs = readParameters(parser, "the request").binaryOutputs;
                case "inputs" -> readArray(parser, "inputs", this::readInput);
                case "outputs" -> readArray(parser, "outputs", this::readOutput);
                default -> parser.skipChildren();
            }
        }
    }

    private void readInput(JsonParser parser) throws IOException {
        Input input = new Input();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "name" -> input.name = string(parser, "name");
                case "datatype" -> input.type = string(parser, "datatype");
                case "shape" -> input.shape = readShape(parser);
                case "parameters" -> input.binarySize = readParameters(parser, "an input").binarySize;
                case "data" -> input.readData(parser);
                default -> parser.skipChildren();
            }
        }
        Tensor tensor = input.tensor();
        if (inputs.put(input.name(), tensor) != null) {
            throw RefusedException.badRequest("input '" + input.name() + "' is given twice");
        }
    }

    private void readOutput(JsonParser parser) throws IOException {
        String name = null;
        Parameters parameters = new Parameters();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "name" -> name = string(parser, "name");
                case "parameters" -> parameters = readParameters(parser, "an output");
                default -> parser.skipChildren();
            }
        }
        if (name == null) {
            throw RefusedException.badRequest("an output has no 'name'");
        }
        outputs.add(new RequestedOutput(name, Optional.ofNullable(parameters.binary)));
    }

    private static Parameters readParameters(JsonParser parser, String whose) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw RefusedException.badRequest("'parameters' of " + whose + " must be an object");
        }
        Parameters parameters = new Parameters();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "binary_data_output" -> parameters.binaryOutputs = bool(parser, field);
                case "binary_data" -> parameters.binary = bool(parser, field);
                case "binary_data_size" -> parameters.binarySize = wholeNumber(parser, field);
                default -> {
                    if (UNSUPPORTED.contains(field)) {
                        throw RefusedException.badRequest(
                                "parameter '" + field + "' of " + whose + " is not supported by this server");
                    }
                    parser.skipChildren();
                }
            }
        }
        return parameters;
    }

    private static long[] readShape(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw RefusedException.badRequest("'shape' must be an array of whole numbers");
        }
        long[] shape = new long[8];
        int rank = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            shape = rank == shape.length ? Arrays.copyOf(shape, 2 * rank) : shape;
            shape[rank++] = wholeNumber(parser, "shape");
        }
        return Arrays.copyOf(shape, rank);
    }

    private static void readArray(JsonParser parser, String field, ObjectReader reader) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw RefusedException.badRequest("'" + field + "' must be an array of objects");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw RefusedException.badRequest("'" + field + "' must be an array of objects");
            }
            reader.read(parser);
        }
    }

    private static String string(JsonParser parser, String field) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw RefusedException.badRequest("'" + field + "' must be a string");
        }
        return parser.getText();
    }

    private static boolean bool(JsonParser parser, String field) {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw RefusedException.badRequest("'" + field + "' must be true or false");
        };
    }

    private static long wholeNumber(JsonParser parser, String field) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            long value = parser.getLongValue();
            if (value >= 0) {
                return value;
            }
        }
        throw RefusedException.badRequest(
                "'" + field + "' must hold whole numbers of at least 0, not " + parser.getText());
    }

    @FunctionalInterface
    private interface ObjectReader {
        void read(JsonParser parser) throws IOException;
    }

    /** The parameters this server knows. */
    private static final class Parameters {
        private boolean binaryOutputs;
        private @Nullable Boolean binary;
        private @Nullable Long binarySize;
    }

    /** An input whose members come in any order. */
    private final class Input {
        private @Nullable String name;
        private @Nullable String type;
        private long @Nullable [] shape;
        private @Nullable Long binarySize;
        private long postponedData = -1; // byte offset of data that came before what tells how to read it
        private @Nullable Tensor tensor;

        void readData(JsonParser parser) throws IOException {
            if (name != null && type != null && shape != null) {
                tensor = TensorJson.read(parser, name, type(), shape, jsonLength);
                return;
            }
            postponedData = parser.currentTokenLocation().getByteOffset();
            if (postponedData < 0) {
                throw RefusedException.badRequest("the JSON must be UTF-8");
            }
            parser.skipChildren();
        }

        Tensor tensor() throws IOException {
            DataType dataType = type();
            if (shape == null) {
                throw RefusedException.badRequest("input '" + name() + "' has no 'shape'");
            }
            if (binarySize != null) {
                return readBinary(dataType, shape, binarySize);
            }
            if (postponedData >= 0) {
                int offset = (int) postponedData;
                try (JsonParser parser = JSON.createParser(body, offset, jsonLength - offset)) {
                    parser.nextToken();
                    return TensorJson.read(parser, name(), dataType, shape, jsonLength);
                }
            }
            if (tensor == null) {
                throw RefusedException.badRequest("input '" + name() + "' has neither 'data' nor 'binary_data_size'");
            }
            return tensor;
        }

        private Tensor readBinary(DataType dataType, long[] dimensions, long size) {
            if (tensor != null || postponedData >= 0) {
                throw RefusedException.badRequest("input '" + name() + "' has both 'data' and 'binary_data_size'");
            }
            long wanted = TensorJson.bytes(name(), dataType, dimensions);
            if (size != wanted) {
                throw RefusedException.badRequest("input '" + name() + "' of shape " + Arrays.toString(dimensions)
                        + " and datatype " + dataType + " needs " + wanted + " bytes, 'binary_data_size' is " + size);
            }
            if (size > body.length - binaryPosition) {
                throw RefusedException.badRequest("input '" + name() + "' needs " + size
                        + " bytes after the JSON, but only " + (body.length - binaryPosition)
                        + " are left; is Inference-Header-Content-Length right?");
            }
            Tensor read = Tensor.allocate(dataType, dimensions);
            read.data().put(0, body, binaryPosition, (int) size);
            binaryPosition += (int) size;
            return read;
        }

        String name() {
            if (name == null) {
                throw RefusedException.badRequest("an input has no 'name'");
            }
            return name;
        }

        private DataType type() {
            if (type == null) {
                throw RefusedException.badRequest("input '" + name() + "' has no 'datatype'");
            }
            try {
                return DataType.valueOf(type);
            } catch (IllegalArgumentException e) {
                throw RefusedException.badRequest("input '" + name() + "' has datatype '" + type
                        + "'; this server takes " + Arrays.toString(DataType.values()));
            }
        }
    }
}
