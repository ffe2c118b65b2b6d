package dev.edgeai.operator.optimization;

import dev.edgeai.planner.JobState;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Runs whose last Job the API server refused (a quota on Jobs, a policy, a missing permission), until it takes one. Only
 * in memory: it is tried again each time the run is looked at, so a new process knows as soon.
 */
final class Refusals {
    /** How soon a refused Job is tried again. */
    static final Duration AGAIN = Duration.ofSeconds(10);

    private static final int MOST = 1000;
    private final Map<String, JobState.Pending<Object>> byRun = new LinkedHashMap<>();

    /** Remembers since when. */
    synchronized void put(String runUid, String message, Instant now) {
        Instant since = find(runUid).map(JobState.Pending::since).orElse(now);
        byRun.put(runUid, new JobState.Pending<>(Optional.of("FailedCreate"), Optional.of(message), since));
        if (byRun.size() > MOST) {
            byRun.remove(byRun.keySet().iterator().next());
        }
    }

    synchronized void remove(String runUid) {
        byRun.remove(runUid);
    }

    synchronized Optional<JobState.Pending<Object>> find(String runUid) {
        return Optional.ofNullable(byRun.get(runUid));
    }
}
