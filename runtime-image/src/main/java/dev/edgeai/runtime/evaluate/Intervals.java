package dev.edgeai.runtime.evaluate;

import dev.edgeai.api.v1alpha1.value.Estimate;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;
import org.apache.commons.statistics.interval.BinomialConfidenceInterval;
import org.apache.commons.statistics.interval.Interval;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/** Values with 95 % intervals. */
public final class Intervals {
    private static final double ERROR_RATE = 0.05;

    private static final int MAX_RESAMPLES = 1_000;
    private static final int MIN_RESAMPLES = 200;
    private static final long MAX_DRAWS = 50_000_000;

    private Intervals() {}

    /** A share with the score interval of Wilson (1927), which holds near 0 and 1 and for few trials too. */
    public static Estimate wilson(int successes, int trials) {
        Interval interval = BinomialConfidenceInterval.WILSON_SCORE.fromErrorRate(trials, successes, ERROR_RATE);
        double share = (double) successes / trials;
        return Estimate.of(
                share, // in it but for rounding
                Math.clamp(interval.getLowerBound(), 0, share),
                Math.clamp(interval.getUpperBound(), share, 1),
                trials);
    }

    /**
     * A statistic of samples with the percentile interval of the bootstrap (Efron 1979). Paired statistics take indices,
     * so that both sides are drawn together.
     *
     * @param samples how many there are
     * @param statistic value for a choice of sample indices; NaN counts as 0
     * @param seed of the draws
     */
    public static Estimate bootstrap(int samples, long seed, ToDoubleFunction<int[]> statistic) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] indices = new int[samples];
        Arrays.setAll(indices, i -> i);
        double value = finite(statistic.applyAsDouble(indices));
        double[] resampled = new double[resamples(samples)];
        for (int r = 0; r < resampled.length; r++) {
            for (int i = 0; i < samples; i++) {
                indices[i] = random.nextInt(samples);
            }
            resampled[r] = finite(statistic.applyAsDouble(indices));
        }
        return percentiles(value, resampled, samples);
    }

    /**
     * The percentiles of resampled values around a value, which always lies within: 2.5 % and 97.5 %, and further out the
     * fewer samples there are, as a resample varies less than a sample and the normal curve less than Student's (Hesterberg
     * 2015, the expanded percentile interval).
     */
    static Estimate percentiles(double value, double[] resampled, int samples) {
        Arrays.sort(resampled);
        double tail = tail(samples);
        double lower = resampled[(int) Math.floor(tail * (resampled.length - 1))];
        double upper = resampled[(int) Math.ceil((1 - tail) * (resampled.length - 1))];
        return Estimate.of(value, Math.min(value, lower), Math.max(value, upper), samples);
    }

    private static double tail(int samples) {
        if (samples < 2) {
            return 0;
        }
        double student = TDistribution.of(samples - 1.0).inverseCumulativeProbability(ERROR_RATE / 2);
        return NormalDistribution.of(0, 1).cumulativeProbability(student * Math.sqrt(samples / (samples - 1.0)));
    }

    /** Fewer for large datasets, whose intervals are narrow anyway. */
    private static int resamples(int samples) {
        return (int) Math.clamp(MAX_DRAWS / samples, MIN_RESAMPLES, MAX_RESAMPLES);
    }

    private static double finite(double value) {
        return Double.isFinite(value) ? value : 0;
    }
}
