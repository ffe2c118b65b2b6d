package dev.edgeai.runtime.benchmark;

import org.apache.commons.statistics.descriptive.Median;

import java.util.Arrays;

/**
 * Inferences that were run without a break.
 *
 * @param round number of the load they were run after
 * @param latencies wall time of each, nanoseconds
 * @param cpu CPU time of the calling thread during each, nanoseconds
 * @param processCpu CPU time of all threads during the block, nanoseconds
 */
@SuppressWarnings("ArrayRecordComponent") // up to a million values; never changed after
record Block(int round, long[] latencies, long[] cpu, long processCpu) {
    /** Median latency, nanoseconds. */
    double median() {
        return Median.withDefaults()
                .evaluate(Arrays.stream(latencies).asDoubleStream().toArray());
    }
}
