package dev.edgeai.runtime.benchmark;

import dev.edgeai.api.v1alpha1.measurement.Measurement.CpuWait;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.runtime.evaluate.Intervals;
import org.apache.commons.statistics.descriptive.Quantile;
import org.apache.commons.statistics.descriptive.Quantile.EstimationMethod;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Timed inferences of one model. */
public final class Timings {
    /** Interpolates linearly between order statistics (type 7 of Hyndman and Fan 1996), and moves what it is given. */
    static final Quantile QUANTILE = Quantile.withDefaults().with(EstimationMethod.HF7);

    /** Inferences over which a spread is taken: few, so that there are stretches no neighbour falls into. */
    private static final int STRETCH = 10;

    /** What the lower quartile of the spreads would be for normal noise with a coefficient of variation of 1. */
    private static final double NORMAL_SPREAD = 0.847;

    private static final double LEAST_CALLER_SHARE = 0.1;

    private static final long SEED = 1;

    private final List<Block> blocks;
    private final List<Block> steady;
    private final Optional<CpuWait> wait;

    /**
     * Blocks in the order of time, and those without another model in between, one for each load; at least ten inferences
     * each.
     *
     * @param wait for a core meanwhile; empty where the kernel does not tell
     */
    Timings(List<Block> blocks, List<Block> steady, Optional<CpuWait> wait) {
        this.blocks = List.copyOf(blocks);
        this.steady = List.copyOf(steady);
        this.wait = wait;
        if (samples() < STRETCH) {
            throw new IllegalArgumentException("only " + samples() + " inferences were timed");
        }
    }

    /** Of a model that was timed without another. */
    Timings(List<Block> blocks) {
        this(blocks, blocks, Optional.empty());
    }

    static Timings of(List<Round.OfModel> rounds, Optional<CpuWait> wait) {
        return new Timings(
                rounds.stream().flatMap(round -> round.blocks().stream()).toList(),
                rounds.stream().flatMap(round -> round.steady().stream()).toList(),
                wait);
    }

    List<Block> blocks() {
        return blocks;
    }

    /** How long the process waited for a core; empty where the kernel does not tell. */
    public Optional<CpuWait> cpuWait() {
        return wait;
    }

    /** Number of timed inferences. */
    public int samples() {
        return blocks.stream().mapToInt(block -> block.latencies().length).sum();
    }

    /** Percentiles over all timed inferences, the variation, and the throughput. */
    public LatencySummary summary() {
        double[] latencies = all(blocks, Block::latencies);
        double throughput = 1e9 * latencies.length / Arrays.stream(latencies).sum();
        double[] percentiles = QUANTILE.evaluate(latencies, 0.50, 0.95, 0.99);
        return new LatencySummary(percentiles[0], percentiles[1], percentiles[2], variation(), throughput);
    }

    /** The 95th percentile with its interval, microseconds. Loads differ, so inferences after one load are a cluster. */
    public Estimate p95Interval() {
        Map<Integer, List<Block>> loads =
                blocks.stream().collect(Collectors.groupingBy(Block::round, TreeMap::new, Collectors.toList()));
        return ClusteredQuantile.of(
                loads.values().stream()
                        .map(load -> Arrays.stream(all(load, Block::latencies))
                                .map(nanos -> nanos / 1_000)
                                .toArray())
                        .toList(),
                0.95);
    }

    /**
     * How unsteady the model is: (third - first quartile) / median within ten inferences in a row, and of these the lower
     * quartile over all stretches of ten; the smaller reading of wall time and of the calling thread's CPU time. What
     * neighbours do to the node can only add to either, while what the model does is in both, and in the quietest quarter
     * of the time too. Scaled so that it is the coefficient of variation for normally distributed latencies.
     */
    double variation() {
        return variation(steady, callerWorks());
    }

    /** The variation with its interval: the percentile bootstrap over loads, which number the samples. */
    public Estimate variationInterval() {
        boolean callerWorks = callerWorks();
        return Intervals.bootstrap(
                steady.size(),
                SEED,
                drawn -> variation(Arrays.stream(drawn).mapToObj(steady::get).toList(), callerWorks));
    }

    private static double variation(List<Block> steady, boolean callerWorks) {
        double wall = quietSpread(all(steady, Block::latencies));
        return callerWorks ? Math.min(wall, quietSpread(all(steady, Block::cpu))) : wall;
    }

    /** Whether the calling thread does a fair part of the work itself, so that its CPU time tells of the model. */
    private boolean callerWorks() {
        return Arrays.stream(all(blocks, Block::cpu)).sum() >= LEAST_CALLER_SHARE * processCpu();
    }

    private long processCpu() {
        return blocks.stream().mapToLong(Block::processCpu).sum();
    }

    private static double quietSpread(double[] values) {
        double[] spreads = new double[values.length / STRETCH];
        for (int i = 0; i < spreads.length; i++) {
            double[] quartiles = QUANTILE.evaluateRange(values, i * STRETCH, (i + 1) * STRETCH, 0.25, 0.5, 0.75);
            spreads[i] = (quartiles[2] - quartiles[0]) / Math.max(1, quartiles[1]);
        }
        return QUANTILE.evaluate(spreads, 0.25) / NORMAL_SPREAD;
    }

    /** CPU time over wall time while inferring: 1 is one core fully used. */
    public double cpuUtilization() {
        return processCpu() / Arrays.stream(all(blocks, Block::latencies)).sum();
    }

    /** CPU time of one inference, seconds. */
    public double cpuSecondsPerInference() {
        return processCpu() / 1e9 / samples();
    }

    private static double[] all(List<Block> blocks, Function<Block, long[]> values) {
        return blocks.stream()
                .map(values)
                .flatMapToLong(Arrays::stream)
                .asDoubleStream()
                .toArray();
    }
}
