package dev.edgeai.runtime.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes datasets as numpy does. */
public final class NpzFiles {
    private NpzFiles() {}

    /** An {@code .npz} of arrays that are complete {@code .npy} files. */
    public static Path write(Path file, Map<String, byte[]> arrays) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
                zip.putNextEntry(new ZipEntry(array.getKey() + ".npy"));
                zip.write(array.getValue());
                zip.closeEntry();
            }
        }
        return file;
    }

    public static byte[] floats(float[] values, long... shape) {
        ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return npy("<f4", shape, data.array());
    }

    public static byte[] longs(long[] values, long... shape) {
        ByteBuffer data = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        data.asLongBuffer().put(values);
        return npy("<i8", shape, data.array());
    }

    /** Standard normal numbers. */
    public static byte[] gaussians(long seed, long... shape) {
        Random random = new Random(seed);
        int elements = 1;
        for (long size : shape) {
            elements *= (int) size;
        }
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return floats(values, shape);
    }

    public static byte[] npy(String type, long[] shape, byte[] data) {
        StringBuilder dimensions = new StringBuilder();
        for (long size : shape) {
            dimensions.append(size).append(", ");
        }
        return npy("{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + dimensions + "), }", data);
    }

    /** An array with any text as header. */
    public static byte[] npy(String header, byte[] data) {
        int padding = 63 - (10 + header.length()) % 64;
        byte[] text = (header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        out.write(text.length & 0xff);
        out.write(text.length >> 8);
        out.writeBytes(text);
        out.writeBytes(data);
        return out.toByteArray();
    }
}
