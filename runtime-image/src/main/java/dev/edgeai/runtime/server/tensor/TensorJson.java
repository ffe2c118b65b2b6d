package dev.edgeai.runtime.server.tensor;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.server.RefusedException;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;

/** The elements of a tensor as a JSON array, flat or nested as the shape. */
final class TensorJson {
    private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

    private final JsonParser parser;
    private final String name;
    private final DataType type;
    private final long[] shape;
    private final ByteBuffer data;

    private TensorJson(JsonParser parser, String name, DataType type, long[] shape, ByteBuffer data) {
        this.parser = parser;
        this.name = name;
        this.type = type;
        this.shape = shape;
        this.data = data;
    }

    /**
     * Reads an input's {@code data}.
     *
     * @param parser at the value of {@code data}; afterwards at its end
     * @param body gives the tensor; none can have more elements than its JSON has bytes
     * @throws RefusedException the elements do not fit the type or the shape
     */
    static Tensor read(JsonParser parser, String name, DataType type, long[] shape, RequestBody body)
            throws IOException {
        long bytes = bytes(name, type, shape);
        long elements = bytes / type.bytes();
        if (elements > body.jsonLength()) {
            throw RefusedException.badRequest("input '" + name + "' of shape " + Arrays.toString(shape) + " needs "
                    + elements + " elements, more than the request can hold");
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw RefusedException.badRequest("input '" + name + "': 'data' must be an array");
        }
        Tensor tensor = body.allocate(type, shape, bytes);
        TensorJson reader = new TensorJson(parser, name, type, shape, tensor.data());
        if (parser.nextToken() == JsonToken.START_ARRAY) {
            reader.readNested(0);
        } else {
            reader.readElements(elements);
        }
        tensor.data().rewind();
        return tensor;
    }

    /**
     * Bytes of a tensor of this shape.
     *
     * @throws RefusedException over 2 GiB
     */
    static long bytes(String name, DataType type, long[] shape) {
        long bytes = type.bytes();
        for (long dimension : shape) {
            if (dimension != 0 && bytes > Integer.MAX_VALUE / dimension) {
                throw RefusedException.badRequest(
                        "input '" + name + "' of shape " + Arrays.toString(shape) + " is larger than 2 GiB");
            }
            bytes *= dimension;
        }
        return bytes;
    }

    /** Reads one level of nested arrays; the parser is at its first token. */
    private void readNested(int level) throws IOException {
        if (level == shape.length - 1) {
            readElements(shape[level]);
            return;
        }
        long read = 0;
        for (; parser.currentToken() != JsonToken.END_ARRAY; parser.nextToken()) {
            if (parser.currentToken() != JsonToken.START_ARRAY || level >= shape.length || read == shape[level]) {
                throw notAsShape();
            }
            parser.nextToken();
            readNested(level + 1);
            read++;
        }
        if (level >= shape.length || read != shape[level]) {
            throw notAsShape();
        }
    }

    /** Reads that many elements and the end of their array; the parser is at the first. */
    private void readElements(long count) throws IOException {
        long read = 0;
        for (; parser.currentToken() != JsonToken.END_ARRAY; parser.nextToken()) {
            if (read == count) {
                throw wrongCount(count, "more");
            }
            readElement();
            read++;
        }
        if (read < count) {
            throw wrongCount(count, Long.toString(read));
        }
    }

    private void readElement() throws IOException {
        switch (type) {
            case FP32 -> data.putFloat((float) real(Float.MAX_VALUE));
            case INT64 -> data.putLong(whole(Long.MIN_VALUE, Long.MAX_VALUE));
            case INT32 -> data.putInt((int) whole(Integer.MIN_VALUE, Integer.MAX_VALUE));
            case INT16 -> data.putShort((short) whole(Short.MIN_VALUE, Short.MAX_VALUE));
            case INT8 -> data.put((byte) whole(Byte.MIN_VALUE, Byte.MAX_VALUE));
            case UINT64 -> data.putLong(unsignedLong());
            case UINT32 -> data.putInt((int) whole(0, 0xFFFF_FFFFL));
            case UINT16 -> data.putShort((short) whole(0, 0xFFFF));
            case UINT8 -> data.put((byte) whole(0, 0xFF));
            case FP16 -> data.putShort(Float16.of(real(Float16.LARGEST_ROUNDED)));
            case FP64 -> data.putDouble(real(Double.MAX_VALUE));
            case BOOL -> data.put((byte) (bool() ? 1 : 0));
        }
    }

    private double real(double largest) throws IOException {
        if (isNotFinite()) {
            throw wrongElement("a finite number here, as JSON has no other (send the input as binary data, "
                    + "'binary_data_size', to give NaN or infinity)");
        }
        if (!parser.currentToken().isNumeric()) {
            throw wrongElement("a number");
        }
        double value = type == DataType.FP32 ? parser.getFloatValue() : parser.getDoubleValue();
        if (value == 0 && parser.getText().startsWith("-")) {
            return -0.0; // a whole number to the parser, which knows no sign of 0
        }
        if (Math.abs(value) > largest) {
            throw wrongElement("a number within " + type);
        }
        return value;
    }

    /** The words that clients write in their want of a number, bare or as a string; no JSON has them as numbers. */
    private boolean isNotFinite() throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_NUMBER_FLOAT -> parser.isNaN();
            case VALUE_STRING -> NOT_FINITE.contains(parser.getText());
            default -> false;
        };
    }

    private long whole(long smallest, long largest) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw wrongElement("a whole number within " + type);
        }
        long value = parser.getLongValue();
        if (value < smallest || value > largest) {
            throw wrongElement("a whole number from " + smallest + " to " + largest);
        }
        return value;
    }

    /** Bits of a number up to 2^64 - 1. */
    private long unsignedLong() throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            BigInteger value = parser.getBigIntegerValue();
            if (value.signum() >= 0 && value.bitLength() <= Long.SIZE) {
                return value.longValue();
            }
        }
        throw wrongElement("a whole number from 0 to 18446744073709551615");
    }

    private boolean bool() throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw wrongElement("true or false");
        };
    }

    private RefusedException wrongElement(String expected) throws IOException {
        return RefusedException.badRequest("input '" + name + "' element " + data.position() / type.bytes() + ": "
                + type + " takes " + expected + ", not " + shortened(parser.getText()));
    }

    private static String shortened(String text) {
        return text.length() <= 32 ? text : text.substring(0, 32) + "…";
    }

    private RefusedException wrongCount(long wanted, String found) {
        return RefusedException.badRequest("input '" + name + "' of shape " + Arrays.toString(shape) + " needs "
                + wanted + " elements in a row of 'data', found " + found);
    }

    private RefusedException notAsShape() {
        return RefusedException.badRequest(
                "input '" + name + "': 'data' must be flat or nested as its shape " + Arrays.toString(shape));
    }

    /**
     * Writes a tensor as a flat array.
     *
     * @param tensor finite, for JSON has no NaN and no infinity
     */
    static void write(Tensor tensor, JsonGenerator json) throws IOException {
        ByteBuffer data = tensor.data().duplicate().order(tensor.data().order());
        json.writeStartArray();
        while (data.hasRemaining()) {
            switch (tensor.type()) {
                case FP32 -> json.writeNumber(data.getFloat());
                case FP64 -> json.writeNumber(data.getDouble());
                case FP16 -> json.writeNumber(Float.float16ToFloat(data.getShort()));
                case INT64 -> json.writeNumber(data.getLong());
                case INT32 -> json.writeNumber(data.getInt());
                case INT16 -> json.writeNumber(data.getShort());
                case INT8 -> json.writeNumber((int) data.get());
                case UINT64 -> json.writeNumber(Long.toUnsignedString(data.getLong()));
                case UINT32 -> json.writeNumber(Integer.toUnsignedLong(data.getInt()));
                case UINT16 -> json.writeNumber(Short.toUnsignedInt(data.getShort()));
                case UINT8 -> json.writeNumber(Byte.toUnsignedInt(data.get()));
                case BOOL -> json.writeBoolean(data.get() != 0);
            }
        }
        json.writeEndArray();
    }

    /** Index of the first element that is NaN or infinite; -1 when all are finite. */
    static long firstNonFinite(Tensor tensor) {
        if (!tensor.type().isFloat()) {
            return -1;
        }
        ByteBuffer data = tensor.data();
        int step = tensor.type().bytes();
        for (int at = 0; at < data.limit(); at += step) {
            boolean finite = switch (tensor.type()) {
                case FP64 -> Double.isFinite(data.getDouble(at));
                case FP16 -> Float.isFinite(Float.float16ToFloat(data.getShort(at)));
                default -> Float.isFinite(data.getFloat(at));
            };
            if (!finite) {
                return at / step;
            }
        }
        return -1;
    }
}
