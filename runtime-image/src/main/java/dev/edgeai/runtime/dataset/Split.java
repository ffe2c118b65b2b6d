package dev.edgeai.runtime.dataset;

import dev.edgeai.api.v1alpha1.source.Evaluation;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Which samples of a file are for what. Variants are chosen by {@code evaluation.samples}, and as many again are held out
 * of the choice, for the final gate; where there are fewer than both need, each gets half. Calibration samples, where the
 * file does not mark them, are the last in the order and in neither.
 *
 * @param choice indices into the file, in the {@linkplain SampleOrder order} of use: each beginning of them is stratified
 * @param heldOut the same, of the held-out part
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
record Split(int[] choice, int[] heldOut) {
    /** Parts that evaluate: what the choice looks at, and what it does not. */
    private static final int PARTS = 2;

    /**
     * Splits.
     *
     * @param count samples of the file that may be evaluated or calibrate
     * @param labels a class each, or absent
     * @param calibration how many of them calibrate; 0 where the file marks others
     * @param evaluation how many are asked for
     * @param seed of the run
     */
    static Split of(int count, long @Nullable [] labels, int calibration, Evaluation evaluation, long seed) {
        int[] order = SampleOrder.of(count, labels, seed);
        int evaluated = (int) Math.min((long) PARTS * evaluation.samples(), Math.max(0, count - calibration));
        int choice = (evaluated + 1) / PARTS;
        return new Split(Arrays.copyOf(order, choice), Arrays.copyOfRange(order, choice, evaluated));
    }
}
