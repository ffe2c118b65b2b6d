package dev.edgeai.runtime.server.tensor;

import com.fasterxml.jackson.core.JsonParser;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.server.RefusedException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;

/** Reads one input of a request, whose members come in any order. */
final class InputReader {
    private static final int NONE = -1;
    private static final int MAX_RANK = 32;

    private final RequestBody body;
    private @Nullable String name;
    private @Nullable String type;
    private long @Nullable [] shape;
    private RequestParameters parameters = RequestParameters.NONE;
    private int postponedData = NONE; // where data begins that came before what tells how to read it
    private @Nullable Tensor tensor;

    private InputReader(RequestBody body) {
        this.body = body;
    }

    /**
     * An input by its name.
     *
     * @param parser at the start of the input's object; afterwards at its end
     * @throws RefusedException it is no valid input
     */
    static NamedTensor read(RequestBody body, JsonParser parser) throws IOException {
        InputReader reader = new InputReader(body);
        JsonFields.readObject(parser, field -> reader.readField(parser, field));
        return new NamedTensor(reader.name(), reader.tensor());
    }

    /** An input as given. */
    record NamedTensor(String name, Tensor tensor) {}

    private void readField(JsonParser parser, String field) throws IOException {
        switch (field) {
            case "name" -> name = JsonFields.string(parser, field);
            case "datatype" -> type = JsonFields.string(parser, field);
            case "shape" -> shape = JsonFields.wholeNumbers(parser, field, MAX_RANK);
            case "parameters" -> parameters = RequestParameters.read(parser, "an input");
            case "data" -> readData(parser);
            default -> parser.skipChildren();
        }
    }

    private void readData(JsonParser parser) throws IOException {
        if (name != null && type != null && shape != null) {
            tensor = TensorJson.read(parser, name, type(), shape, body);
            return;
        }
        postponedData = (int) parser.currentTokenLocation().getByteOffset();
        if (postponedData == NONE) {
            throw RefusedException.badRequest("the JSON must be UTF-8");
        }
        parser.skipChildren();
    }

    private Tensor tensor() throws IOException {
        DataType dataType = type();
        if (shape == null) {
            throw RefusedException.badRequest("input '" + name() + "' has no 'shape'");
        }
        if (parameters.binaryDataSize().isPresent()) {
            return readBinary(dataType, shape, parameters.binaryDataSize().get());
        }
        if (postponedData != NONE) {
            try (JsonParser parser = body.parser(postponedData)) {
                parser.nextToken();
                return TensorJson.read(parser, name(), dataType, shape, body);
            }
        }
        if (tensor == null) {
            throw RefusedException.badRequest("input '" + name() + "' has neither 'data' nor 'binary_data_size'");
        }
        return tensor;
    }

    private Tensor readBinary(DataType dataType, long[] dimensions, long size) {
        if (tensor != null || postponedData != NONE) {
            throw RefusedException.badRequest("input '" + name() + "' has both 'data' and 'binary_data_size'");
        }
        long wanted = TensorJson.bytes(name(), dataType, dimensions);
        if (size != wanted) {
            throw RefusedException.badRequest("input '" + name() + "' of shape " + Arrays.toString(dimensions)
                    + " and datatype " + dataType + " needs " + wanted + " bytes, 'binary_data_size' is " + size);
        }
        if (size > body.binaryLeft()) {
            throw RefusedException.badRequest("input '" + name() + "' needs " + size
                    + " bytes after the JSON, but only " + body.binaryLeft()
                    + " are left; is Inference-Header-Content-Length right?");
        }
        Tensor read = body.allocate(dataType, dimensions, wanted);
        body.takeBinary(read);
        return read;
    }

    private String name() {
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
        } catch (IllegalArgumentException _) {
            throw RefusedException.badRequest("input '" + name() + "' has datatype '" + type + "'; this server takes "
                    + Arrays.toString(DataType.values()));
        }
    }
}
