package dev.edgeai.planner.gate;

/** Below these amounts a difference is the reading's and not the model's, so that a share of it means nothing. */
public final class Floors {
    /** Two readings of resident memory of the same model differ by this much, bytes. */
    public static final double MEMORY = 1 << 20;

    /** The measuring program itself spreads latencies by half of this, microseconds (docs/measurement.md). */
    public static final double SPREAD = 10;

    private Floors() {}
}
