package dev.edgeai.planner.scrape;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A Prometheus histogram of seconds: cumulative counts by upper bound.
 *
 * @param buckets by rising {@code le}; the last is {@code +Inf} and holds the number of observations
 */
public record Histogram(List<Bucket> buckets) {
    public static final Histogram EMPTY = new Histogram(List.of());

    /**
     * Observations at most {@code le} seconds.
     *
     * @param le upper bound, seconds
     * @param count cumulative
     */
    public record Bucket(double le, double count) {}

    public Histogram {
        buckets = List.copyOf(buckets);
    }

    /** Number of observations. */
    public double count() {
        return buckets.isEmpty() ? 0 : buckets.getLast().count();
    }

    /**
     * What was observed after {@code earlier}. A count that fell means the process began anew: then all of this
     * histogram is new. Bounds that changed mean the same.
     */
    public Histogram since(Histogram earlier) {
        if (!hasBoundsOf(earlier)) {
            return this;
        }
        List<Bucket> increase = new ArrayList<>();
        for (int i = 0; i < buckets.size(); i++) {
            double delta = buckets.get(i).count() - earlier.buckets.get(i).count();
            if (delta < 0) {
                return this;
            }
            increase.add(new Bucket(buckets.get(i).le(), delta));
        }
        return new Histogram(increase);
    }

    /** As if each observation counted that much. */
    public Histogram times(double factor) {
        return new Histogram(buckets.stream()
                .map(b -> new Bucket(b.le(), b.count() * factor))
                .toList());
    }

    /** Both together; bounds must be equal, or one of them empty. */
    public Histogram plus(Histogram other) {
        if (buckets.isEmpty()) {
            return other;
        }
        if (other.buckets.isEmpty()) {
            return this;
        }
        if (!hasBoundsOf(other)) {
            throw new IllegalArgumentException("histograms with different buckets cannot be added");
        }
        List<Bucket> sum = new ArrayList<>();
        for (int i = 0; i < buckets.size(); i++) {
            sum.add(new Bucket(
                    buckets.get(i).le(),
                    buckets.get(i).count() + other.buckets.get(i).count()));
        }
        return new Histogram(sum);
    }

    /**
     * The quantile as Prometheus' {@code histogram_quantile} estimates it: linear within the bucket it falls in, from 0
     * in the first; the highest finite bound when it falls in {@code +Inf}.
     *
     * @param q from 0 to 1; a value outside is moved to the nearer end
     * @return seconds; empty without observations
     */
    public OptionalDouble quantile(double q) {
        double count = count();
        if (count <= 0 || buckets.size() < 2) {
            return OptionalDouble.empty();
        }
        double rank = Math.clamp(q, 0, 1) * count;
        int i = 0;
        while (i < buckets.size() - 1 && buckets.get(i).count() < rank) {
            i++;
        }
        if (i == buckets.size() - 1) {
            return OptionalDouble.of(buckets.get(i - 1).le());
        }
        double from = i == 0 ? 0 : buckets.get(i - 1).le();
        double below = i == 0 ? 0 : buckets.get(i - 1).count();
        double within = buckets.get(i).count() - below;
        double share = within == 0 ? 0 : (rank - below) / within;
        return OptionalDouble.of(from + (buckets.get(i).le() - from) * share);
    }

    /** The finite upper bounds, rising; seconds. */
    public List<Double> bounds() {
        return buckets.stream().map(Bucket::le).filter(Double::isFinite).toList();
    }

    /**
     * Observations above a bound.
     *
     * @param bound one of {@link #bounds()}, or 0 for all
     */
    public double over(double bound) {
        return count()
                - buckets.stream()
                        .filter(b -> b.le() == bound)
                        .mapToDouble(Bucket::count)
                        .sum();
    }

    /** Whether both count by the same bounds. */
    private boolean hasBoundsOf(Histogram other) {
        if (buckets.size() != other.buckets.size()) {
            return false;
        }
        for (int i = 0; i < buckets.size(); i++) {
            if (buckets.get(i).le() != other.buckets.get(i).le()) {
                return false;
            }
        }
        return true;
    }
}
