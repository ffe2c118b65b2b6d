package dev.edgeai.runtime.engine;

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
}
