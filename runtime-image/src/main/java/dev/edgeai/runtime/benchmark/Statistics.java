package dev.edgeai.runtime.benchmark;

import java.util.Arrays;

/** Exact order statistics. */
final class Statistics {
    private Statistics() {}

    /** Quantile with linear interpolation between order statistics (type 7 of Hyndman and Fan 1996). */
    static double quantile(double[] sorted, double p) {
        double position = p * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    static double quantile(long[] sorted, double p) {
        double position = p * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /** Median; sorts its argument. */
    static double median(double[] values) {
        Arrays.sort(values);
        return quantile(values, 0.5);
    }
}
