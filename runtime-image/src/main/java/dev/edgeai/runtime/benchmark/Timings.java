package dev.edgeai.runtime.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/** Timed inferences of one model. */
public final class Timings {
    private final List<Block> blocks;

    /** Blocks in the order of time; at least one. */
    Timings(List<Block> blocks) {
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException("nothing was timed");
        }
        this.blocks = List.copyOf(blocks);
    }

    List<Block> blocks() {
        return blocks;
    }

    /** Number of timed inferences. */
    public int samples() {
        return blocks.stream().mapToInt(block -> block.latencies().length).sum();
    }

    /** Percentiles over all timed inferences, the variation, and the throughput. */
    public LatencySummary summary() {
        long[] sorted = all(Block::latencies).sorted().toArray();
        return new LatencySummary(
                Statistics.quantile(sorted, 0.50),
                Statistics.quantile(sorted, 0.95),
                Statistics.quantile(sorted, 0.99),
                variation(),
                1e9 * sorted.length / Arrays.stream(sorted).sum());
    }

    /**
     * How unsteady the model is: quartile spread over the median within each block, and of these the lower quartile over
     * the blocks; the smaller reading of wall time and CPU time. What neighbours do to the node can only add to either,
     * while what the model does is in both, and in the quietest quarter of the blocks too.
     */
    double variation() {
        return Math.min(lowerQuartile(Block::latencySpread), lowerQuartile(Block::cpuSpread));
    }

    private double lowerQuartile(ToDoubleFunction<Block> spread) {
        return Statistics.quantile(blocks.stream().mapToDouble(spread).sorted().toArray(), 0.25);
    }

    /** CPU time over wall time while inferring: 1 is one core fully used. */
    public double cpuUtilization() {
        return (double) all(Block::cpu).sum() / all(Block::latencies).sum();
    }

    /** CPU time of one inference, seconds. */
    public double cpuSecondsPerInference() {
        return all(Block::cpu).sum() / 1e9 / samples();
    }

    private LongStream all(Function<Block, long[]> values) {
        return blocks.stream().map(values).flatMapToLong(Arrays::stream);
    }
}
