package dev.edgeai.planner.analysis;

/** One answer to a metric's own query. */
public sealed interface MetricReading {
    /** The query yielded one number. */
    record Value(double value) implements MetricReading {}

    /**
     * The query could not be answered, which is never the model's fault.
     *
     * @param message which query or address was silent, and how
     */
    record Unreadable(String message) implements MetricReading {}
}
