package dev.edgeai.runtime.benchmark;

import java.util.Arrays;

/**
 * Inferences that were run without a break.
 *
 * @param round number of the load they were run after
 * @param latencies wall time of each, nanoseconds
 * @param cpu CPU time of the process during each, nanoseconds
 */
@SuppressWarnings("ArrayRecordComponent") // up to a million values; never changed after
record Block(int round, long[] latencies, long[] cpu) {
    double median() {
        return Statistics.quantile(sorted(latencies), 0.5);
    }

    /** (third - first quartile) / median of the latencies. */
    double latencySpread() {
        return spread(latencies);
    }

    /** The same of the CPU times. */
    double cpuSpread() {
        return spread(cpu);
    }

    private static double spread(long[] values) {
        long[] sorted = sorted(values);
        return (Statistics.quantile(sorted, 0.75) - Statistics.quantile(sorted, 0.25))
                / Math.max(1, Statistics.quantile(sorted, 0.5));
    }

    private static long[] sorted(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
