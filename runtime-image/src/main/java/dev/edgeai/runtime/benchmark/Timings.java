package dev.edgeai.runtime.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;

/** Timed inferences of one model. */
public final class Timings {
    /** Inferences over which a spread is taken: few, so that there are stretches no neighbour falls into. */
    private static final int STRETCH = 10;

    private final List<Block> blocks;

    /** Blocks in the order of time; at least ten inferences. */
    Timings(List<Block> blocks) {
        this.blocks = List.copyOf(blocks);
        if (samples() < STRETCH) {
            throw new IllegalArgumentException("only " + samples() + " inferences were timed");
        }
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
     * How unsteady the model is: (third - first quartile) / median within ten inferences in a row, and of these the lower
     * quartile over all stretches of ten; the smaller reading of wall time and CPU time. What neighbours do to the node
     * can only add to either, while what the model does is in both, and in the quietest quarter of the time too.
     */
    double variation() {
        return Math.min(
                quietSpread(all(Block::latencies).toArray()),
                quietSpread(all(Block::cpu).toArray()));
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
        return Statistics.quantile(spreads, 0.25);
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
