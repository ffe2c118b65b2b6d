package dev.edgeai.runtime.pod;

/** How many inferences a process runs at once unless told otherwise: what is served is measured with as many. */
public final class Concurrency {
    private Concurrency() {}

    /**
     * As many as this process has processors for, at least 1: more would only make each one slower.
     *
     * @param threads threads of one inference
     */
    public static int ofThreads(int threads) {
        return of(Runtime.getRuntime().availableProcessors(), threads);
    }

    static int of(int processors, int threads) {
        return Math.max(1, processors / Math.max(1, threads));
    }
}
