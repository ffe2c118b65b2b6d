package dev.edgeai.planner.rollout;

/** Verdicts of live metrics. */
public final class Analysis {
    /** Requests a window must hold before it says anything. */
    public static final int MIN_REQUESTS = 20;

    private Analysis() {}
}
