package dev.edgeai.planner.scrape;

import dev.edgeai.planner.scrape.Histogram.Bucket;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

public class HistogramTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    public static Histogram of(double... counts) {
        double[] bounds = {0.1, 0.2, 0.4, INF};
        List<Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            buckets.add(new Bucket(bounds[i], counts[i]));
        }
        return new Histogram(buckets);
    }

    @Test
    void quantiles_are_those_of_prometheus() {
        // histogram_quantile over le=0.1: 10, 0.2: 30, 0.4: 40, +Inf: 40
        Histogram h = of(10, 30, 40, 40);
        assertThat(h.quantile(0.5).getAsDouble()).isCloseTo(0.15, within(1e-9));
        assertThat(h.quantile(0.125).getAsDouble()).isCloseTo(0.05, within(1e-9));
        assertThat(h.quantile(0.95).getAsDouble()).isCloseTo(0.36, within(1e-9));
        assertThat(of(0, 0, 0, 5).quantile(0.5).getAsDouble()).isEqualTo(0.4);
        assertThat(of(0, 0, 0, 0).quantile(0.5)).isEmpty();
        assertThat(Histogram.EMPTY.quantile(0.5)).isEmpty();
    }

    @Test
    void a_count_that_fell_is_a_process_that_began_anew() {
        assertThat(of(5, 6, 7, 8).since(of(1, 2, 3, 4))).isEqualTo(of(4, 4, 4, 4));
        assertThat(of(1, 1, 1, 1).since(of(9, 9, 9, 9))).isEqualTo(of(1, 1, 1, 1));
        assertThat(of(1, 1, 1, 1).since(Histogram.EMPTY)).isEqualTo(of(1, 1, 1, 1));
    }

    @Property
    void a_quantile_lies_within_the_bucket_of_its_observation(
            @ForAll @Size(min = 1, max = 200) List<@DoubleRange(min = 0.01, max = 0.39) Double> seconds,
            @ForAll @IntRange(min = 1, max = 99) int percent) {
        double[] counts = new double[4];
        double[] bounds = {0.1, 0.2, 0.4, INF};
        for (int i = 0; i < 4; i++) {
            double bound = bounds[i];
            counts[i] = seconds.stream().filter(s -> s <= bound).count();
        }
        List<Double> sorted = new ArrayList<>(seconds);
        Collections.sort(sorted);
        double exact = sorted.get((int) Math.ceil(percent / 100.0 * sorted.size()) - 1);
        double estimate = of(counts).quantile(percent / 100.0).getAsDouble();
        double upper = exact <= 0.1 ? 0.1 : exact <= 0.2 ? 0.2 : 0.4;
        double lower = exact <= 0.1 ? 0 : exact <= 0.2 ? 0.1 : 0.2;
        assertThat(estimate).isBetween(lower, upper + 1e-9);
    }
}
