package dev.edgeai.planner.analysis;

import dev.edgeai.planner.analysis.OddsTest.Side;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class OddsTestTest {
    private static final double DECIDES = Math.log(100);

    /** Binomial probability of k hits of n. */
    private static double binomial(int k, int n, double p) {
        double coefficient = 1;
        for (int i = 0; i < k; i++) {
            coefficient *= (double) (n - i) / (i + 1);
        }
        return coefficient * Math.pow(p, k) * Math.pow(1 - p, n - k);
    }

    private static double expectedEvidence(Side side, int trials, double share, double truth) {
        double sum = 0;
        for (int k = 0; k <= trials; k++) {
            sum += binomial(k, trials, truth)
                    * Math.exp(
                            OddsTest.of(side, false).after(k, trials, share, 1).log());
        }
        return sum;
    }

    /** A fair bet: on average nobody gains. That is what makes it right to look at any time. */
    @Property
    void at_the_given_odds_evidence_is_worth_what_it_was_on_average(
            @ForAll @IntRange(min = 1, max = 40) int trials,
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double share,
            @ForAll Side side) {
        assertThat(expectedEvidence(side, trials, share, share)).isCloseTo(1, within(1e-9));
    }

    @Property
    void on_the_other_side_of_the_given_odds_it_is_worth_less(
            @ForAll @IntRange(min = 1, max = 40) int trials,
            @ForAll @DoubleRange(min = 0.02, max = 0.98) double share,
            @ForAll @DoubleRange(min = 0, max = 1) double part) {
        assertThat(expectedEvidence(Side.ABOVE, trials, share, share * part)).isLessThan(1 + 1e-9);
        assertThat(expectedEvidence(Side.BELOW, trials, share, share + (1 - share) * part))
                .isLessThan(1 + 1e-9);
    }

    @Property
    void what_one_round_says_alone_is_left_out(
            @ForAll @IntRange(min = 1, max = 1000) int hits,
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double share) {
        OddsTest test = OddsTest.of(Side.ABOVE, true).after(hits, hits, share, 1);
        assertThat(test.log()).isLessThanOrEqualTo(1e-9);
    }

    @Property
    void fewer_independent_requests_say_less(
            @ForAll @IntRange(min = 10, max = 100) int hits, @ForAll @DoubleRange(min = 1, max = 20) double together) {
        double alone = OddsTest.of(Side.ABOVE, false).after(hits, 100, 0.05, 1).log();
        double shared =
                OddsTest.of(Side.ABOVE, false).after(hits, 100, 0.05, together).log();
        double counted = OddsTest.of(Side.ABOVE, false)
                .after(hits / together, 100 / together, 0.05, 1)
                .log();
        assertThat(shared).isCloseTo(counted, within(1e-9));
        assertThat(shared).isLessThanOrEqualTo(alone + 1e-9);
    }

    @ParameterizedTest(name = "odds of {0} : 1 beside a share of {1}: median below {2} events")
    @CsvSource({"2, 0.1, 260", "5, 0.1, 40", "20, 0.1, 14", "2, 0.5, 120"})
    void it_takes_about_as_many_events_as_the_published_test(double odds, double share, int atMost) {
        Random random = new Random(7);
        double truth = odds * share / (1 - share + odds * share);
        int[] needed = new int[201];
        for (int run = 0; run < needed.length; run++) {
            OddsTest test = OddsTest.of(Side.ABOVE, false);
            while (test.log() < DECIDES) {
                test = test.after(random.nextDouble() < truth ? 1 : 0, 1, share, 1);
                needed[run]++;
            }
        }
        Arrays.sort(needed);
        assertThat(needed[needed.length / 2]).isLessThan(atMost);
    }

    @Test
    void however_often_one_looks_chance_decides_in_at_most_one_of_a_hundred() {
        Random random = new Random(11);
        int runs = 2_000;
        int decided = 0;
        for (int run = 0; run < runs; run++) {
            OddsTest test = OddsTest.of(Side.ABOVE, false);
            boolean alarm = false;
            for (int look = 0; look < 300 && !alarm; look++) {
                int events = random.nextInt(6);
                int own = 0;
                double share = 0.1 + 0.4 * random.nextDouble(); // traffic changes from round to round
                for (int i = 0; i < events; i++) {
                    own += random.nextDouble() < share ? 1 : 0;
                }
                test = test.after(own, events, share, 1);
                alarm = test.log() >= DECIDES;
            }
            decided += alarm ? 1 : 0;
        }
        assertThat(decided).isLessThanOrEqualTo(runs / 100);
    }

    @Test
    void what_was_good_for_an_hour_and_is_bad_now_is_found_out() {
        OddsTest test = OddsTest.of(Side.ABOVE, false);
        for (int round = 0; round < 1_800; round++) {
            test = test.after(1, 100, 0.01, 1);
        }
        int rounds = 0;
        while (test.log() < DECIDES) {
            test = test.after(10, 100, 0.01, 1);
            rounds++;
        }
        assertThat(rounds).isLessThanOrEqualTo(2);
    }

    @Test
    void a_share_of_nothing_or_of_everything_teaches_nothing() {
        OddsTest test = OddsTest.of(Side.ABOVE, false);
        for (double share : new double[] {0, 1, Double.NaN}) {
            assertThat(test.after(5, 5, share, 1).log()).isEqualTo(test.log());
        }
        assertThat(test.after(0, 0, 0.5, 1).log()).isEqualTo(test.log());
    }
}
