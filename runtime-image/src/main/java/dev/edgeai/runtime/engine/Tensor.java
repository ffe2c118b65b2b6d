package dev.edgeai.runtime.engine;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A dense tensor in row-major order.
 *
 * @param type element type
 * @param shape dimensions, outermost first
 * @param data native byte order, position 0, limit = elements x element size; not to be changed after. Direct where the
 *     tensor goes into a model; answers are on the heap, where many large ones cost no native memory
 */
@SuppressWarnings("ArrayRecordComponent") // hot path; treated as immutable by convention
public record Tensor(DataType type, long[] shape, ByteBuffer data) {
    /** A zeroed tensor. */
    public static Tensor allocate(DataType type, long... shape) {
        long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        ByteBuffer data = ByteBuffer.allocateDirect(Math.toIntExact(Math.multiplyExact(elements, type.bytes())))
                .order(ByteOrder.nativeOrder());
        return new Tensor(type, shape, data);
    }

    public static Tensor ofFloats(float[] values, long... shape) {
        Tensor tensor = allocate(DataType.FP32, shape);
        tensor.data.asFloatBuffer().put(values);
        return tensor;
    }

    /** Number of elements. */
    public long elements() {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /**
     * One element, as a number that holds it exactly; a boolean as 0 or 1.
     *
     * @param index row-major
     */
    public Number element(int index) {
        int at = index * type.bytes();
        return switch (type) {
            case BOOL, UINT8 -> Byte.toUnsignedInt(data.get(at));
            case UINT16 -> Short.toUnsignedInt(data.getShort(at));
            case UINT32 -> Integer.toUnsignedLong(data.getInt(at));
            case UINT64 -> unsigned(data.getLong(at));
            case INT8 -> data.get(at);
            case INT16 -> data.getShort(at);
            case INT32 -> data.getInt(at);
            case INT64 -> data.getLong(at);
            case FP16 -> Float.float16ToFloat(data.getShort(at));
            case FP32 -> data.getFloat(at);
            case FP64 -> data.getDouble(at);
        };
    }

    private static Number unsigned(long bits) {
        return bits >= 0 ? Long.valueOf(bits) : new BigInteger(Long.toUnsignedString(bits));
    }
}
