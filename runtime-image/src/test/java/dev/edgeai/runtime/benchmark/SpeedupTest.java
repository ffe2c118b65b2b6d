package dev.edgeai.runtime.benchmark;

import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Speed-up and steadiness on made-up timings with a known truth, so that chance has a fixed seed. */
class SpeedupTest {
    private static final int BLOCKS_A_ROUND = 20;
    private static final int BLOCK = 10;

    /** Noise of the whole node moves both sides of a pair; where memory lies moves one side for a whole round. */
    @Test
    void theIntervalCoversTheTruthOnANoisyNode() {
        int runs = 400;
        int covered = 0;
        for (int run = 0; run < runs; run++) {
            List<Timings> pair = pair(new Random(run), 2_000_000, 1_000_000, 0.02);
            Estimate speedup = Speedup.of(pair.get(0), pair.get(1));
            covered += speedup.lower().asDouble() <= 2 && 2 <= speedup.upper().asDouble() ? 1 : 0;
        }
        assertThat(covered / (double) runs).isBetween(0.92, 0.98);
    }

    @Test
    void aNodeThatSlowsDownHalfwayDoesNotMoveTheRatio() {
        List<Timings> pair = pair(new Random(3), 400_000, 100_000, 0.001);
        Estimate speedup = Speedup.of(pair.get(0), pair.get(1));
        assertThat(speedup.value().asDouble()).isCloseTo(4, within(0.04));
        assertThat(speedup.samples()).isEqualTo(BenchmarkSettings.DEFAULT_ROUNDS * BLOCKS_A_ROUND * BLOCK);
    }

    @Test
    void disturbancesThatLeaveAQuarterOfTheTimeInPeaceAreNotTheModelsVariation() {
        Random random = new Random(5);
        List<Block> blocks = new ArrayList<>();
        for (int b = 0; b < 60; b++) {
            long[] latencies = new long[BLOCK];
            boolean disturbed = random.nextDouble() < 0.7;
            for (int i = 0; i < BLOCK; i++) {
                double own = 1e6 * (1 + 0.02 * random.nextGaussian());
                latencies[i] = (long) (own + (disturbed && random.nextBoolean() ? 3e6 : 0));
            }
            blocks.add(
                    new Block(0, latencies, latencies, Arrays.stream(latencies).sum()));
        }
        assertThat(new Timings(blocks).variation()).isLessThan(0.05);
    }

    @Test
    void waitingForACpuIsNotTheModelsVariation() {
        Random random = new Random(6);
        List<Block> blocks = new ArrayList<>();
        for (int b = 0; b < 60; b++) {
            long[] cpu = new long[BLOCK];
            Arrays.setAll(cpu, _ -> (long) (1e7 * (1 + 0.01 * random.nextGaussian())));
            long[] latencies = new long[BLOCK];
            Arrays.setAll(latencies, i -> cpu[i] + (long) (2e7 * random.nextDouble()));
            blocks.add(new Block(0, latencies, cpu, Arrays.stream(cpu).sum()));
        }
        assertThat(new Timings(blocks).variation()).isLessThan(0.024);
    }

    @Test
    void theCallersCpuTimeTellsNothingWhereOthersDoTheWork() {
        long[] cpu = new long[BLOCK];
        Arrays.fill(cpu, 1_000);
        long[] latencies = new long[BLOCK];
        Arrays.setAll(latencies, i -> i % 2 == 0 ? 1_000_000 : 1_500_000);
        Timings timings = new Timings(List.of(new Block(0, latencies, cpu, 10_000_000)));
        assertThat(timings.variation()).isCloseTo(0.4 / 0.847, within(0.01));
    }

    /** Twelve loads of twenty inferences alone, as a full measurement has. */
    @Test
    void theIntervalOfTheVariationCoversTheTruth() {
        int runs = 200;
        int covered = 0;
        for (int run = 0; run < runs; run++) {
            Random random = new Random(run);
            List<Block> alone = new ArrayList<>();
            for (int load = 0; load < BenchmarkSettings.DEFAULT_ROUNDS; load++) {
                long[] latencies = new long[20];
                Arrays.setAll(latencies, _ -> (long) (1e6 * (1 + 0.1 * random.nextGaussian())));
                alone.add(new Block(
                        load, latencies, latencies, Arrays.stream(latencies).sum()));
            }
            Timings timings = new Timings(alone);
            Estimate interval = timings.variationInterval();
            assertThat(interval.value()).isEqualTo(Decimal.of(timings.variation()));
            assertThat(interval.samples()).isEqualTo(BenchmarkSettings.DEFAULT_ROUNDS);
            covered += interval.lower().asDouble() <= 0.1
                            && 0.1 <= interval.upper().asDouble()
                    ? 1
                    : 0;
        }
        assertThat(covered / (double) runs).isBetween(0.88, 0.99);
    }

    /** What the documentation claims: the reading is the coefficient of variation of normal noise. */
    @Test
    void theReadingIsTheCoefficientOfVariationOfNormalNoise() {
        Random random = new Random(8);
        List<Block> blocks = new ArrayList<>();
        for (int b = 0; b < 5_000; b++) {
            long[] latencies = new long[BLOCK];
            Arrays.setAll(latencies, _ -> (long) (1e6 * (1 + 0.1 * random.nextGaussian())));
            blocks.add(
                    new Block(0, latencies, latencies, Arrays.stream(latencies).sum()));
        }
        assertThat(new Timings(blocks).variation()).isCloseTo(0.1, within(0.001));
    }

    @Test
    void aModelThatIsSlowOnEveryOtherSampleIsUnsteady() {
        List<Block> blocks = new ArrayList<>();
        for (int b = 0; b < 60; b++) {
            long[] latencies = new long[BLOCK];
            Arrays.setAll(latencies, i -> i % 2 == 0 ? 1_000_000 : 1_500_000);
            blocks.add(
                    new Block(0, latencies, latencies, Arrays.stream(latencies).sum()));
        }
        assertThat(new Timings(blocks).variation()).isCloseTo(0.4 / 0.847, within(0.01));
    }

    @Test
    void summaryGivesExactOrderStatisticsAndRates() {
        long[] hundred = new long[101];
        Arrays.setAll(hundred, i -> 1_000L * (101 - i));
        Timings timings = new Timings(
                List.of(new Block(0, hundred, hundred, Arrays.stream(hundred).sum())));
        LatencySummary summary = timings.summary();
        assertThat(summary.p50()).isEqualTo(51_000);
        assertThat(summary.p95()).isEqualTo(96_000);
        assertThat(summary.p99()).isEqualTo(100_000);
        assertThat(summary.throughput()).isCloseTo(1e9 / 51_000, within(1e-6));
        assertThat(timings.cpuUtilization()).isEqualTo(1);
        assertThat(timings.cpuSecondsPerInference()).isCloseTo(51e-6, within(1e-12));
    }

    private static List<Timings> pair(Random random, double baseline, double variant, double betweenLoads) {
        List<Block> one = new ArrayList<>();
        List<Block> other = new ArrayList<>();
        double node = 0;
        for (int round = 0; round < BenchmarkSettings.DEFAULT_ROUNDS; round++) {
            double oneLoad = Math.exp(betweenLoads * random.nextGaussian());
            double otherLoad = Math.exp(betweenLoads * random.nextGaussian());
            for (int b = 0; b < BLOCKS_A_ROUND; b++) {
                node = 0.95 * node + 0.05 * random.nextGaussian();
                double slow = Math.exp(node) * (round >= BenchmarkSettings.DEFAULT_ROUNDS / 2 ? 1.7 : 1);
                one.add(block(random, round, baseline * oneLoad * slow));
                other.add(block(random, round, variant * otherLoad * slow));
            }
        }
        return List.of(new Timings(one), new Timings(other));
    }

    private static Block block(Random random, int round, double nanos) {
        long[] latencies = new long[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            double disturbance = random.nextDouble() < 0.05 ? 4 : 1;
            latencies[i] = (long) (nanos * disturbance * (1 + 0.03 * random.nextGaussian()));
        }
        return new Block(round, latencies, latencies, Arrays.stream(latencies).sum());
    }
}
