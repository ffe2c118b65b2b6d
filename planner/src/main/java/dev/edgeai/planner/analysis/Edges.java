package dev.edgeai.planner.analysis;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;

/**
 * Latencies at which requests of two versions are counted as slow, from the bounds of their histograms. Where a bound
 * lies between, what is counted as slow of the watched version favours it in {@code above} and disfavours it in
 * {@code below}.
 *
 * @param reference bound of the other version's slow requests, seconds; NaN where there is none
 * @param above the watched version's, at or over what is tolerated
 * @param below the watched version's, at or under it
 */
record Edges(double reference, double above, double below) {
    private static final double SAME = 1e-6;

    /** Buckets beside that of the quantile in which a bound is looked for that fits the ratio exactly. */
    private static final int NEAR = 2;

    /** Around a fixed latency. */
    static Optional<Edges> at(List<Double> bounds, double limit) {
        Optional<Double> above = first(bounds, b -> b >= limit * (1 - SAME));
        Optional<Double> below = first(bounds.reversed(), b -> b <= limit * (1 + SAME));
        return above.map(a -> new Edges(Double.NaN, a, below.orElse(0.0)));
    }

    /**
     * Near the other version's quantile, and that many times as much.
     *
     * @param bounds of the other version
     * @param watched of the watched one; another image may have others
     * @param quantile of the other version so far, seconds
     */
    static Optional<Edges> near(List<Double> bounds, List<Double> watched, double quantile, double ratio) {
        int bucket =
                (int) bounds.stream().filter(b -> b < quantile * (1 - SAME)).count();
        return IntStream.rangeClosed(Math.max(0, bucket - NEAR), Math.min(bounds.size() - 1, bucket + NEAR))
                .boxed()
                .sorted(Comparator.comparingInt(i -> Math.abs(i - bucket)))
                .flatMap(i ->
                        at(watched, ratio * bounds.get(i))
                                .map(e -> new Edges(bounds.get(i), e.above, e.below))
                                .stream())
                // the bound that loses nothing, else the nearest
                .min(Comparator.comparing(e -> Math.abs(e.above - e.below) > SAME * e.above));
    }

    private static Optional<Double> first(List<Double> bounds, DoublePredicate condition) {
        return bounds.stream().filter(condition::test).findFirst();
    }
}
