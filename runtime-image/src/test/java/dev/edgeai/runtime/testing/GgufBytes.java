package dev.edgeai.runtime.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes GGUF files of version 3. */
public final class GgufBytes {
    private final ByteArrayOutputStream fields = new ByteArrayOutputStream();
    private final ByteArrayOutputStream tensors = new ByteArrayOutputStream();
    private int fieldCount;
    private int tensorCount;
    private int dataBytes;

    /** A field that holds text. */
    public GgufBytes field(String key, String value) {
        string(fields, key);
        int32(fields, 8);
        string(fields, value);
        fieldCount++;
        return this;
    }

    /** A field that holds an unsigned number of 32 bits. */
    public GgufBytes field(String key, int value) {
        string(fields, key);
        int32(fields, 4);
        int32(fields, value);
        fieldCount++;
        return this;
    }

    /** A field that holds texts. */
    public GgufBytes field(String key, String... values) {
        string(fields, key);
        int32(fields, 9);
        int32(fields, 8);
        int64(fields, values.length);
        for (String value : values) {
            string(fields, value);
        }
        fieldCount++;
        return this;
    }

    /**
     * A tensor behind those before it.
     *
     * @param type code of its element type
     * @param bytes of its data
     */
    public GgufBytes tensor(String name, int type, int bytes, long... shape) {
        string(tensors, name);
        int32(tensors, shape.length);
        for (long size : shape) {
            int64(tensors, size);
        }
        int32(tensors, type);
        int64(tensors, dataBytes);
        dataBytes += (bytes + 31) / 32 * 32;
        tensorCount++;
        return this;
    }

    /** The file, weights all zero. */
    public byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("GGUF".getBytes(StandardCharsets.UTF_8));
        int32(out, 3);
        int64(out, tensorCount);
        int64(out, fieldCount);
        out.writeBytes(fields.toByteArray());
        out.writeBytes(tensors.toByteArray());
        out.writeBytes(new byte[(32 - out.size() % 32) % 32 + dataBytes]);
        return out.toByteArray();
    }

    private static void string(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int64(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void int32(ByteArrayOutputStream out, int value) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    private static void int64(ByteArrayOutputStream out, long value) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }
}
