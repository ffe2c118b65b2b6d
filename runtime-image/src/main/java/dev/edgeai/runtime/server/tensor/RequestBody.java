package dev.edgeai.runtime.server.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.server.RefusedException;

import java.io.IOException;

/** A request's body: JSON, then the raw little-endian bytes of binary inputs in the order of the inputs. */
final class RequestBody {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // so that they can be refused in words
            .build();

    private final byte[] bytes;
    private final int jsonLength;
    private int binaryPosition;

    /**
     * A body of which nothing was read yet.
     *
     * @param jsonLength bytes of the JSON
     * @throws RefusedException the body is shorter than that
     */
    RequestBody(byte[] bytes, int jsonLength) {
        if (jsonLength < 0 || jsonLength > bytes.length) {
            throw RefusedException.badRequest("Inference-Header-Content-Length is " + jsonLength + ", but the body has "
                    + bytes.length + " bytes");
        }
        this.bytes = bytes;
        this.jsonLength = jsonLength;
        binaryPosition = jsonLength;
    }

    int jsonLength() {
        return jsonLength;
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
