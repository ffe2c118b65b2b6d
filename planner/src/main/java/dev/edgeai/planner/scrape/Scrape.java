package dev.edgeai.planner.scrape;

import java.time.Instant;
import java.util.OptionalDouble;

/**
 * One reading of one pod's {@code /metrics}.
 *
 * @param pod its name
 * @param time when it was read
 * @param users {@code edgeai_inference_requests_total} and {@code edgeai_inference_duration_seconds}; the codes
 *     {@code invalid} and {@code cancelled} are the client's doing and count nowhere
 * @param probes the same of the operator's own requests, {@code edgeai_probe_…}
 * @param started {@code process_start_time_seconds}; another one means that everything was counted anew
 */
public record Scrape(String pod, Instant time, Counts users, Counts probes, OptionalDouble started) {
    /** Whether the process that answered is another one than before, as far as it tells. */
    boolean restartedSince(Scrape earlier) {
        boolean told = started.isPresent() && earlier.started.isPresent();
        return told
                ? started.getAsDouble() != earlier.started.getAsDouble()
                : users.requests() < earlier.users.requests() || probes.requests() < earlier.probes.requests();
    }
}
