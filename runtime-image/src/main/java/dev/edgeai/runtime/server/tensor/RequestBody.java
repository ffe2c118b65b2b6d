package dev.edgeai.runtime.server.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.server.RefusedException;

import java.io.IOException;
import java.util.function.LongConsumer;

/** A request's body: JSON, then the raw little-endian bytes of binary inputs in the order of the inputs. */
final class RequestBody {
    private static final int MAX_DEPTH = 64; // of a tensor's dimensions and what is around them
    private static final int MAX_STRING = 1 << 16;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING)
                    .maxNameLength(MAX_STRING)
                    .build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // so that they can be refused in words
            .build();

    private final byte[] bytes;
    private final int jsonLength;
    private final LongConsumer memory;
    private int binaryPosition;

    /**
     * A body of which nothing was read yet.
     *
     * @param jsonLength bytes of the JSON
     * @param memory is told the bytes of each tensor before there is one, and may refuse them
     * @throws RefusedException the body is shorter than that
     */
    RequestBody(byte[] bytes, int jsonLength, LongConsumer memory) {
        if (jsonLength < 0 || jsonLength > bytes.length) {
            throw RefusedException.badRequest("Inference-Header-Content-Length is " + jsonLength + ", but the body has "
                    + bytes.length + " bytes");
        }
        this.bytes = bytes;
        this.jsonLength = jsonLength;
        this.memory = memory;
        binaryPosition = jsonLength;
    }

    int jsonLength() {
        return jsonLength;
    }

    /**
     * A tensor to be filled.
     *
     * @throws RefusedException there is no memory for it
     */
    Tensor allocate(DataType type, long[] shape, long size) {
        memory.accept(size);
        return Tensor.allocate(type, shape);
    }

    /** A parser of the JSON from a byte of it on. */
    JsonParser parser(int offset) throws IOException {
        return JSON.createParser(bytes, offset, jsonLength - offset);
    }

    /** Bytes after the JSON that were not taken yet. */
    int binaryLeft() {
        return bytes.length - binaryPosition;
    }

    /** Fills a tensor with the next bytes after the JSON, of which there must be enough. */
    void takeBinary(Tensor tensor) {
        int size = tensor.data().limit();
        tensor.data().put(0, bytes, binaryPosition, size);
        binaryPosition += size;
    }
}
