package dev.edgeai.runtime.benchmark;

import dev.edgeai.api.v1alpha1.value.Estimate;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

import java.util.Arrays;
import java.util.List;

/**
 * A quantile of observations that come in clusters, with the 95 % interval of Woodruff (1952): the share of observations up
 * to the quantile has an interval, and the order statistics at its two ends are those of the quantile, whatever the
 * distribution. No end lies beyond what was observed.
 */
final class ClusteredQuantile {
    private static final double UPPER_TAIL = 0.975;

    /**
     * Observations of equal weight.
     *
     * @param clusters at least one observation in all; those of one cluster may depend on each other
     * @param q share of the observations that lie below, 0 to 1
     */
    static Estimate of(List<double[]> clusters, double q) {
        double[] sorted =
                clusters.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
        int n = sorted.length;
        double value = Timings.QUANTILE.evaluate(sorted, q);
        double margin = Math.max(independent(n, q), betweenClusters(clusters, value, n));
        return Estimate.of(
                value,
                Math.min(value, at(sorted, Math.floor(n * (q - margin)) - 1)),
                Math.max(value, at(sorted, Math.ceil(n * (q + margin)))),
                n);
    }

    /** Half of the share's interval if no observation depended on another. */
    private static double independent(int n, double q) {
        return NormalDistribution.of(0, 1).inverseCumulativeProbability(UPPER_TAIL) * Math.sqrt(q * (1 - q) / n);
    }

    /** Half of the share's interval by how much clusters differ in it, with Student's t; 0 of a single cluster. */
    private static double betweenClusters(List<double[]> clusters, double value, int n) {
        int k = clusters.size();
        if (k < 2) {
            return 0;
        }
        double share = clusters.stream().mapToDouble(c -> below(value, c)).sum() / n;
        double squares = clusters.stream()
                .mapToDouble(c -> below(value, c) - share * c.length)
                .map(residual -> residual * residual)
                .sum();
        double error = Math.sqrt(squares * k / (k - 1)) / n;
        return TDistribution.of(k - 1.0).inverseCumulativeProbability(UPPER_TAIL) * error;
    }

    /** Observations below the value; those that are the value count half, or many of one value would all be below. */
    private static double below(double value, double[] cluster) {
        return Arrays.stream(cluster)
                .map(x -> x < value ? 1 : x > value ? 0 : 0.5)
                .sum();
    }

    private static double at(double[] sorted, double rank) {
        return sorted[(int) Math.clamp(rank, 0, sorted.length - 1)];
    }

    private ClusteredQuantile() {}
}
