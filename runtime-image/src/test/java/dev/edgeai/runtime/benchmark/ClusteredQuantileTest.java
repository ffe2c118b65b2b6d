package dev.edgeai.runtime.benchmark;

import dev.edgeai.api.v1alpha1.value.Estimate;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** The interval of a percentile on made-up latencies with a known truth, so that chance has a fixed seed. */
class ClusteredQuantileTest {
    private static final int RUNS = 500;

    /** As a full measurement has: twelve loads, each a little faster or slower as a whole. */
    @Test
    void theIntervalCoversTheTruthWhereLoadsDiffer() {
        assertThat(coverage(0.02, 100)).isBetween(0.92, 0.98);
    }

    @Test
    void theIntervalCoversTheTruthWhereLoadsAreAlike() {
        assertThat(coverage(0, 100)).isBetween(0.94, 0.99);
    }

    /** More inferences after the same loads tell no more of loads: an interval that ignores them misses here. */
    @Test
    void manyInferencesOfFewLoadsDoNotMakeItTooNarrow() {
        assertThat(coverage(0.02, 2_000)).isBetween(0.90, 0.97);
    }

    @Test
    void oneLoadHasTheIntervalOfItsOrderStatistics() {
        double[] values = IntStream.rangeClosed(1, 400).asDoubleStream().toArray();

        Estimate interval = ClusteredQuantile.of(List.of(values), 0.95);

        assertThat(interval.value().asDouble()).isEqualTo(380.05);
        assertThat(interval.lower().asDouble()).isEqualTo(371);
        assertThat(interval.upper().asDouble()).isEqualTo(390);
        assertThat(interval.samples()).isEqualTo(400);
    }

    @Test
    void oneSlowLoadOfTwelveLeavesItOpenWhetherAPercentileIsSlow() {
        List<double[]> loads = new ArrayList<>();
        for (int load = 0; load < 12; load++) {
            double[] latencies = new double[40];
            Arrays.fill(latencies, load == 7 ? 200 : 100);
            loads.add(latencies);
        }

        Estimate interval = ClusteredQuantile.of(loads, 0.95);

        assertThat(interval.lower().asDouble()).isEqualTo(100);
        assertThat(interval.upper().asDouble()).isEqualTo(200);
    }

    private static double coverage(double betweenLoads, int inferences) {
        double truth = percentile(loads(new Random(-1), betweenLoads, 20_000, 100));
        long covered = IntStream.range(0, RUNS)
                .mapToObj(run -> ClusteredQuantile.of(
                        loads(new Random(run), betweenLoads, BenchmarkSettings.DEFAULT_ROUNDS, inferences), 0.95))
                .filter(e -> e.lower().asDouble() <= truth && truth <= e.upper().asDouble())
                .count();
        return covered / (double) RUNS;
    }

    private static double percentile(List<double[]> loads) {
        double[] sorted =
                loads.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
        return sorted[(int) (0.95 * sorted.length)];
    }

    /** Skewed, as latencies are. */
    private static List<double[]> loads(Random random, double between, int loads, int inferences) {
        return IntStream.range(0, loads)
                .mapToObj(_ -> {
                    double load = 1_000 * Math.exp(between * random.nextGaussian());
                    double[] latencies = new double[inferences];
                    Arrays.setAll(latencies, _ -> load * (1 + 0.05 * -Math.log(1 - random.nextDouble())));
                    return latencies;
                })
                .toList();
    }
}
