package dev.edgeai.planner.analysis;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Evidence that the odds of a hit are above (or below) given ones, which may be looked at after every round and as often
 * as one likes: where they are not, the chance that the evidence ever reaches {@code 1/a} is at most {@code a} (Ville's
 * inequality). It is what a gambler would own who began with 1 and bet on each hit at fair odds. The stake is spread over
 * alternatives, odds from 1.26 to 1,024 times the given ones, and over the rounds from which on they may hold: three
 * quarters from the first, the rest later and later, so that what was good for an hour and is bad now is found out, too.
 *
 * <p>The bet of Lindon and Malek ("Anytime-valid inference for multinomial count data", NeurIPS 2022) with another
 * mixture: one whose sum stays one number for each alternative when the given odds change from round to round, as they
 * do with traffic.
 */
final class OddsTest {
    /** Where the alternatives lie. */
    enum Side {
        ABOVE,
        BELOW
    }

    private static final int ALTERNATIVES = 30;
    private static final double PER_OCTAVE = 3;
    private static final double AT_ONCE = 0.5;
    private static final double LOG_SHARE = -Math.log(ALTERNATIVES);

    private final Side side;
    private final boolean leavingOneOut;
    private final int rounds;
    private final double uninvested;

    /** Of the stake that was put on each alternative, what it has become; natural logarithm. */
    private final double[] stakes;

    /** The most that one round multiplied each by; natural logarithm. */
    private final double[] best;

    private OddsTest(Side side, boolean leavingOneOut, int rounds, double uninvested, double[] stakes, double[] best) {
        this.side = side;
        this.leavingOneOut = leavingOneOut;
        this.rounds = rounds;
        this.uninvested = uninvested;
        this.stakes = stakes;
        this.best = best;
    }

    /**
     * One that has seen nothing.
     *
     * @param leavingOneOut whether the one round that tells most is left out, so that no single incident decides
     */
    static OddsTest of(Side side, boolean leavingOneOut) {
        double[] nothing = new double[ALTERNATIVES];
        Arrays.fill(nothing, Double.NEGATIVE_INFINITY);
        return new OddsTest(side, leavingOneOut, 0, 1, nothing, new double[ALTERNATIVES]);
    }

    /**
     * With one round more.
     *
     * @param hits of the trials; need not be whole
     * @param share of hits at the given odds, between 0 and 1; where it is neither above 0 nor below 1 nothing is learnt
     * @param together how many trials share one fate: so many count as one
     */
    OddsTest after(double hits, double trials, double share, double together) {
        if (trials <= 0 || !(share > 0 && share < 1)) {
            return this;
        }
        int round = rounds + 1;
        double invested = (round == 1 ? AT_ONCE : 0) + (1 - AT_ONCE) / (round * (round + 1.0));
        double logInvested = Math.log(invested) + LOG_SHARE;
        double[] grown = new double[ALTERNATIVES];
        double[] most = best.clone();
        for (int i = 0; i < ALTERNATIVES; i++) {
            double gain = gain(odds(i), hits, trials, share) / together;
            grown[i] = logSum(stakes[i], logInvested) + gain;
            most[i] = Math.max(most[i], gain);
        }
        return new OddsTest(side, leavingOneOut, round, uninvested - invested, grown, most);
    }

    /** Natural logarithm of the evidence; 0 where nothing speaks for either. */
    double log() {
        return IntStream.range(0, ALTERNATIVES)
                .mapToDouble(i -> stakes[i] - (leavingOneOut ? best[i] : 0))
                .reduce(Math.log(Math.max(uninvested, Double.MIN_NORMAL)), OddsTest::logSum);
    }

    private double odds(int alternative) {
        double octaves = (alternative + 1) / PER_OCTAVE;
        return Math.pow(2, side == Side.ABOVE ? octaves : -octaves);
    }

    private static double gain(double odds, double hits, double trials, double share) {
        double scale = 1 - share + odds * share;
        return hits * Math.log(odds / scale) - (trials - hits) * Math.log(scale);
    }

    private static double logSum(double a, double b) {
        double larger = Math.max(a, b);
        return larger == Double.NEGATIVE_INFINITY ? larger : larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
    }
}
