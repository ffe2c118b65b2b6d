package dev.edgeai.runtime.benchmark;

/**
 * Latency of one model.
 *
 * @param p50 median, nanoseconds
 * @param p95 95th percentile, nanoseconds
 * @param p99 99th percentile, nanoseconds
 * @param variation see {@link Timings#variation()}
 * @param throughput inferences per second, one at a time
 */
public record LatencySummary(double p50, double p95, double p99, double variation, double throughput) {}
