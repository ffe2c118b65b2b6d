package dev.edgeai.runtime.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;

/** Timed inferences of one model. */
public final class Timings {
    /** Inferences over which a spread is taken: few, so that there are stretches no neighbour falls into. */
    private static final int STRETCH = 10;

    /** What the lower quartile of the spreads would be for normal noise with a coefficient of variation of 1. */
    private static final double NORMAL_SPREAD = 0.847;

    private static final double LEAST_CALLER_SHARE = 0.1;

    private final List<Block> blocks;
    private final List<Block> steady;

    /** Blocks in the order of time, and those without another model in between; at least ten inferences each. */
    Timings(List<Block> blocks, List<Block> steady) {
        this.blocks = List.copyOf(blocks);
        this.steady = List.copyOf(steady);
        if (samples() < STRETCH) {
            throw new IllegalArgumentException("only " + samples() + " inferences were timed");
        }
    }

    /** Of a model that was timed without another. */
    Timings(List<Block> blocks) {
        this(blocks, blocks);
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
        long[] sorted = all(blocks, Block::latencies).sorted().toArray();
        return new LatencySummary(
                Statistics.quantile(sorted, 0.50),
                Statistics.quantile(sorted, 0.95),
                Statistics.quantile(sorted, 0.99),
                variation(),
                1e9 * sorted.length / Arrays.stream(sorted).sum());
    }

    /**
     * How unsteady the model is: (third - first quartile) / median within ten inferences in a row, and of these the lower
     * quartile over all stretches of ten; the smaller reading of wall time and of the calling thread's CPU time. What
     * neighbours do to the node can only add to either, while what the model does is in both, and in the quietest quarter
     * of the time too. Scaled so that it is the coefficient of variation for normally distributed latencies.
     */
    double variation() {
        double wall = quietSpread(all(steady, Block::latencies).toArray());
        return callerWorks()
                ? Math.min(wall, quietSpread(all(steady, Block::cpu).toArray()))
                : wall;
    }

    /** Whether the calling thread does a fair part of the work itself, so that its CPU time tells of the model. */
    private boolean callerWorks() {
        return all(blocks, Block::cpu).sum() >= LEAST_CALLER_SHARE * processCpu();
    }

    private long processCpu() {
        return blocks.stream().mapToLong(Block::processCpu).sum();
    }

    private static double quietSpread(long[] values) {
        double[] spreads = new double[values.length / STRETCH];
        for (int i = 0; i < spreads.length; i++) {
            long[] sorted = Arrays.copyOfRange(values, i * STRETCH, (i + 1) * STRETCH);
            Arrays.sort(sorted);
            spreads[i] = (Statistics.quantile(sorted, 0.75) - Statistics.quantile(sorted, 0.25))
                    / Math.max(1, Statistics.quantile(sorted, 0.5));
        }
        Arrays.sort(spreads);
        return Statistics.quantile(spreads, 0.25) / NORMAL_SPREAD;
    }

    /** CPU time over wall time while inferring: 1 is one core fully used. */
    public double cpuUtilization() {
        return (double) processCpu() / all(blocks, Block::latencies).sum();
    }

    /** CPU time of one inference, seconds. */
    public double cpuSecondsPerInference() {
        return processCpu() / 1e9 / samples();
    }

    private static LongStream all(List<Block> blocks, Function<Block, long[]> values) {
        return blocks.stream().map(values).flatMapToLong(Arrays::stream);
    }
}
