package dev.edgeai.planner.analysis;

import java.util.HashMap;
import java.util.Map;

/**
 * How far requests of one pod share their fate: a pause of a second makes all of its requests slow at once, and that is one
 * incident and not fifty. Pearson's dispersion over the pods and stretches of time of the version that is not under
 * suspicion, for stretches of 1, 4, 16 and 64 rounds, so that what lasts long shows, too. Only what was seen before a
 * round tells how much that round counts.
 */
final class Clustering {
    private static final int[] STRETCHES = {1, 4, 16, 64};

    /** Cells of independent requests that are taken as seen before anything was: of single rounds, of longer stretches. */
    private static final double[] PRIOR = {4, 2, 2, 2};

    static final Clustering NONE = new Clustering(new double[STRETCHES.length], new int[STRETCHES.length], Map.of());

    private final double[] squares;
    private final int[] cells;
    private final Map<String, Stretch[]> open;

    /** A stretch of one pod that is not over. */
    private record Stretch(double surplus, double variance, int rounds) {
        static final Stretch NEW = new Stretch(0, 0, 0);

        Stretch plus(double more, double moreVariance) {
            return new Stretch(surplus + more, variance + moreVariance, rounds + 1);
        }
    }

    private Clustering(double[] squares, int[] cells, Map<String, Stretch[]> open) {
        this.squares = squares;
        this.cells = cells;
        this.open = open;
    }

    /**
     * With one round of a pod.
     *
     * @param hits of the requests
     * @param share of hits of that version in the long run; where it is 0 or 1 nothing is learnt
     */
    Clustering with(String pod, double hits, double requests, double share) {
        double variance = requests * share * (1 - share);
        if (variance <= 0) {
            return this;
        }
        double[] nextSquares = squares.clone();
        int[] nextCells = cells.clone();
        Stretch[] stretches = new Stretch[STRETCHES.length];
        Stretch[] before = open.get(pod);
        for (int i = 0; i < STRETCHES.length; i++) {
            Stretch grown = (before == null ? Stretch.NEW : before[i]).plus(hits - requests * share, variance);
            boolean full = grown.rounds() == STRETCHES[i];
            if (full) {
                nextSquares[i] += grown.surplus() * grown.surplus() / grown.variance();
                nextCells[i]++;
            }
            stretches[i] = full ? Stretch.NEW : grown;
        }
        Map<String, Stretch[]> nextOpen = new HashMap<>(open);
        nextOpen.put(pod, stretches);
        return new Clustering(nextSquares, nextCells, nextOpen);
    }

    /** How many requests count as one; at least 1. */
    double together() {
        double most = 1;
        for (int i = 0; i < STRETCHES.length; i++) {
            most = Math.max(most, (PRIOR[i] + squares[i]) / (PRIOR[i] + cells[i]));
        }
        return most;
    }
}
