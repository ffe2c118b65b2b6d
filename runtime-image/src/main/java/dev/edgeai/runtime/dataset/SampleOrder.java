package dev.edgeai.runtime.dataset;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The order in which the samples of a dataset are used, whatever order its file has: drawn by a seed and, where there are
 * labels, stratified, so that any stretch of it has each class in its share. The optimizers have the same order
 * ({@code optimizers/common/dataset.py}), as they may not calibrate with what is evaluated here.
 */
final class SampleOrder {
    /**
     * Indices into the file, each once. A sample's draw is SHA-256 of {@code seed:index}. Within its class the sample of
     * the r-th smallest draw, from 0, of n takes the place (2 r + 1) / 2 n of the whole; equal places go by draw.
     *
     * @param count samples of the file
     * @param labels a class each, or absent
     * @param seed of the run
     */
    static int[] of(int count, long @Nullable [] labels, long seed) {
        long[] draws = draws(count, seed);
        int[] drawn = sorted(
                count,
                Comparator.comparing((Integer i) -> draws[i], Long::compareUnsigned)
                        .thenComparing(Comparator.naturalOrder()));
        if (labels == null) {
            return drawn;
        }
        Map<Long, int[]> ranks = new HashMap<>(); // of each class: samples of it, and how many of these were met
        for (long label : labels) {
            ranks.computeIfAbsent(label, _ -> new int[2])[0]++;
        }
        double[] places = new double[count];
        int[] position = new int[count];
        for (int p = 0; p < count; p++) {
            int[] rank = ranks.getOrDefault(labels[drawn[p]], new int[2]);
            places[drawn[p]] = (2.0 * rank[1]++ + 1) / (2.0 * rank[0]);
            position[drawn[p]] = p;
        }
        return sorted(
                count, Comparator.comparingDouble((Integer i) -> places[i]).thenComparingInt(i -> position[i]));
    }

    private static int[] sorted(int count, Comparator<Integer> by) {
        return IntStream.range(0, count).boxed().sorted(by).mapToInt(i -> i).toArray();
    }

    private static long[] draws(int count, long seed) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            long[] draws = new long[count];
            Arrays.setAll(
                    draws,
                    i -> ByteBuffer.wrap(sha256.digest((seed + ":" + i).getBytes(StandardCharsets.US_ASCII)))
                            .getLong());
            return draws;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private SampleOrder() {}
}
