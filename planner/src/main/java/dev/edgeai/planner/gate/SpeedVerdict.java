package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.value.Estimate;

/**
 * What a measured speed-up says in one word. People look at many trials, so one in twenty false words, which the 95 %
 * interval would give, is too many: the word needs the 99 % interval to be clear of 1 by a margin that nobody would notice
 * (docs/decisions/speed-verdict.md).
 */
public enum SpeedVerdict {
    FASTER,
    SLOWER,
    NO_DIFFERENCE;

    /** Below this a difference is of no use to anybody. */
    private static final double MARGIN = 0.01;

    /**
     * The 99.5 % over the 97.5 % quantile of Student's t with 11 degrees of freedom, as a full measurement has twelve
     * rounds.
     */
    private static final double WIDER = 3.105807 / 2.200985;

    /** @param speedup with its 95 % interval, symmetric on the logarithm */
    public static SpeedVerdict of(Estimate speedup) {
        double middle = Math.log(speedup.value().asDouble());
        double lower = middle + WIDER * (Math.log(speedup.lower().asDouble()) - middle);
        double upper = middle + WIDER * (Math.log(speedup.upper().asDouble()) - middle);
        if (lower > Math.log1p(MARGIN)) {
            return FASTER;
        }
        return upper < -Math.log1p(MARGIN) ? SLOWER : NO_DIFFERENCE;
    }
}
