package dev.edgeai.runtime.evaluate;

import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.runtime.dataset.AnswerReader;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class QualityTest {
    /** Reference: R 4, {@code binom::binom.wilson(45, 50)}: 0.7864 to 0.9565. */
    @Test
    void wilsonGivesThePublishedInterval() {
        Estimate estimate = Intervals.wilson(45, 50);
        assertThat(estimate.value().asDouble()).isEqualTo(0.9);
        assertThat(estimate.lower().asDouble()).isCloseTo(0.7864, within(5e-4));
        assertThat(estimate.upper().asDouble()).isCloseTo(0.9565, within(5e-4));
        assertThat(estimate.samples()).isEqualTo(50);
    }

    @Property
    void wilsonHoldsItsValueWithinZeroAndOne(@ForAll @IntRange(min = 1, max = 5000) int trials, @ForAll Random random) {
        Estimate estimate = Intervals.wilson(random.nextInt(trials + 1), trials);
        assertThat(estimate.lower().asDouble()).isBetween(0.0, estimate.value().asDouble());
        assertThat(estimate.upper().asDouble()).isBetween(estimate.value().asDouble(), 1.0);
    }

    /** By hand: class 0 has 2/3, class 1 has 4/5, class 2 was never right: (2/3 + 4/5 + 0) / 3. */
    @Test
    void macroF1IsTheMeanOverClassesThatOccur() {
        int[] answers = {0, 0, 1, 1, 1, 0};
        long[] labels = {0, 2, 1, 1, 2, 0};
        double zero = 2.0 * 2 / (3 + 2);
        double one = 2.0 * 2 / (3 + 2);
        assertThat(Quality.macroF1(answers, labels, 1).value().asDouble())
                .isCloseTo((zero + one + 0) / 3, within(1e-6));
    }

    @Test
    void anAnswerThatIsNoClassIsWrongAndNoCrash() {
        int[] answers = {AnswerReader.NO_CLASS, 1};
        long[] labels = {0, 1};
        assertThat(Quality.accuracy(answers, labels).value().asDouble()).isEqualTo(0.5);
        assertThat(Quality.macroF1(answers, labels, 1).value().asDouble()).isEqualTo(0.5);
    }

    @Test
    void retentionOfTheSameAnswersIsOneWithDoubtThatShrinksWithSamples() {
        Estimate few = sameAnswers(30);
        Estimate many = sameAnswers(3000);
        assertThat(few.value().asDouble()).isEqualTo(1);
        assertThat(few.lower().asDouble()).isLessThan(0.97);
        assertThat(many.lower().asDouble()).isBetween(0.995, 1.0);
    }

    private static Estimate sameAnswers(int samples) {
        return Quality.accuracyRetention(new int[samples], new int[samples], new long[samples], 5);
    }

    /** The interval is meant to hold the true ratio in 95 of 100 datasets. */
    @Test
    void theRetentionIntervalCoversTheTruth() {
        Random random = new Random(11);
        int covered = 0;
        int datasets = 300;
        for (int d = 0; d < datasets; d++) {
            int n = 400;
            int[] baseline = new int[n];
            int[] variant = new int[n];
            for (int i = 0; i < n; i++) {
                baseline[i] = random.nextDouble() < 0.9 ? 0 : 1;
                variant[i] = random.nextDouble() < 0.95 ? baseline[i] : 1;
            }
            Estimate retention = Quality.accuracyRetention(baseline, variant, new long[n], d);
            covered += retention.lower().asDouble() <= 0.95
                            && 0.95 <= retention.upper().asDouble()
                    ? 1
                    : 0;
        }
        assertThat(covered).isBetween((int) (0.91 * datasets), datasets);
    }

    @Test
    void theBootstrapIsTheSameForTheSameSeed() {
        double[] values = new Random(1).doubles(200).toArray();
        Estimate one = Intervals.bootstrap(
                200,
                9,
                i -> Arrays.stream(i).mapToDouble(k -> values[k]).average().orElse(0));
        Estimate again = Intervals.bootstrap(
                200,
                9,
                i -> Arrays.stream(i).mapToDouble(k -> values[k]).average().orElse(0));
        assertThat(one).isEqualTo(again);
        double half = (one.upper().asDouble() - one.lower().asDouble()) / 2;
        assertThat(half).as("1.96 x sd / sqrt(n) of a uniform").isCloseTo(1.96 * 0.2887 / Math.sqrt(200), within(0.01));
    }
}
