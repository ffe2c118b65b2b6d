package dev.edgeai.runtime.benchmark;

import dev.edgeai.api.v1alpha1.value.Estimate;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Median;
import org.apache.commons.statistics.descriptive.Variance;
import org.apache.commons.statistics.interval.Interval;
import org.apache.commons.statistics.interval.NormalConfidenceInterval;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How many times faster a variant is, from blocks that were run side by side. */
public final class Speedup {
    private static final double ERROR_RATE = 0.05;

    private Speedup() {}

    /**
     * Within a round the median over the pairs of blocks of log(baseline's median / variant's median): the two blocks of
     * a pair follow each other at once, so a slow phase of the node moves both and leaves the ratio. Over the rounds the
     * mean, with Student's interval. Rounds load both models anew, since two loads of one file differ in speed by where
     * their memory comes to lie, more than any number of inferences after one load can tell (Kalibera and Jones 2013).
     *
     * @param baseline of the same {@link PairedBenchmark} run
     * @param variant of the same run
     */
    public static Estimate of(Timings baseline, Timings variant) {
        double[] rounds = roundMedians(baseline.blocks(), variant.blocks());
        double mean = Mean.of(rounds).getAsDouble();
        Interval interval = NormalConfidenceInterval.MEAN.fromErrorRate(
                mean, Variance.of(rounds).getAsDouble(), rounds.length, ERROR_RATE);
        return Estimate.of(
                Math.exp(mean),
                Math.exp(interval.getLowerBound()),
                Math.exp(interval.getUpperBound()),
                variant.samples());
    }

    private static double[] roundMedians(List<Block> baseline, List<Block> variant) {
        if (baseline.size() != variant.size()) {
            throw new IllegalArgumentException(baseline.size() + " blocks against " + variant.size());
        }
        Map<Integer, List<Double>> ratios = new TreeMap<>();
        for (int i = 0; i < baseline.size(); i++) {
            ratios.computeIfAbsent(variant.get(i).round(), _ -> new ArrayList<>())
                    .add(Math.log(baseline.get(i).median() / variant.get(i).median()));
        }
        return ratios.values().stream()
                .mapToDouble(round -> Median.withDefaults()
                        .evaluate(
                                round.stream().mapToDouble(Double::doubleValue).toArray()))
                .toArray();
    }
}
