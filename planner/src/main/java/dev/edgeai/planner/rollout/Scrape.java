package dev.edgeai.planner.rollout;

import java.time.Instant;

/**
 * One reading of one pod's {@code /metrics}.
 *
 * @param pod its name
 * @param time when it was read
 * @param ok {@code edgeai_inference_requests_total{code="ok"}}
 * @param errors the same of {@code code="error"}; {@code invalid} is the client's fault and counts nowhere
 * @param latency {@code edgeai_inference_duration_seconds}
 */
public record Scrape(String pod, Instant time, double ok, double errors, Histogram latency) {}
