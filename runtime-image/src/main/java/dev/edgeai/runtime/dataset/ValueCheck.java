package dev.edgeai.runtime.dataset;

import dev.edgeai.runtime.engine.DataType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/** Looks at every number of an array while it is read: one that is not finite spoils whatever is measured with it. */
final class ValueCheck {
    /** A sample this many times as large as half of the others leaves them next to nothing of a range. */
    private static final float OUTLIER = 100;

    private final String array;
    private final DataType type;
    private final float[] largest; // magnitude in each sample

    /**
     * Makes one for an array.
     *
     * @param array its name
     * @param type only floats are looked at
     * @param samples its first dimension
     */
    ValueCheck(String array, DataType type, int samples) {
        this.array = array;
        this.type = type;
        largest = new float[samples];
    }

    /**
     * Looks at some elements of a sample.
     *
     * @param bytes little-endian, whole elements
     * @throws InvalidDatasetException one is NaN or infinite
     */
    void look(int sample, byte[] bytes, int length) {
        ByteBuffer elements = ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.LITTLE_ENDIAN);
        float most = largest[sample];
        switch (type) {
            case FP16 -> {
                while (elements.hasRemaining()) {
                    most = larger(sample, most, Float.float16ToFloat(elements.getShort()));
                }
            }
            case FP32 -> {
                while (elements.hasRemaining()) {
                    most = larger(sample, most, elements.getFloat());
                }
            }
            case FP64 -> {
                while (elements.hasRemaining()) {
                    double value = elements.getDouble();
                    most = larger(sample, most, Double.isFinite(value) ? clamped(value) : (float) value);
                }
            }
            default -> {} // whole numbers are finite, and codes have no size
        }
        largest[sample] = most;
    }

    private static float clamped(double value) {
        return (float) Math.clamp(value, -Float.MAX_VALUE, Float.MAX_VALUE);
    }

    private float larger(int sample, float most, float value) {
        if (!Float.isFinite(value)) {
            throw new InvalidDatasetException(
                    "The array '%s' holds %s in sample %d, and nothing measured with it would hold; correct the value or leave the sample out."
                            .formatted(array, value, sample));
        }
        return Math.max(most, Math.abs(value));
    }

    /** A sample far beyond the others, if there is one. */
    Optional<String> outlier() {
        float[] sorted = largest.clone();
        Arrays.sort(sorted);
        float usual = sorted.length == 0 ? 0 : sorted[sorted.length / 2];
        for (int sample = 0; sample < largest.length; sample++) {
            if (usual > 0 && largest[sample] / OUTLIER > usual) {
                return Optional.of(
                        "the array '%s' reaches %.4g in sample %d while half of the samples stay below %.4g: a range calibrated with it leaves the others next to nothing"
                                .formatted(array, largest[sample], sample, usual));
            }
        }
        return Optional.empty();
    }
}
