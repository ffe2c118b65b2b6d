package dev.edgeai.planner.optimization;

import dev.edgeai.planner.JobState;
import dev.edgeai.planner.status.Reason;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What keeps a Job waiting for longer than is usual. It may pass by itself (a node comes back, another pod ends), so the
 * run goes on reconciling; its time budget is what ends the wait.
 *
 * @param message names the remedy too
 */
record Hindrance(Reason reason, String message) {
    /** A pod that stays unschedulable this long is said out loud. */
    private static final Duration UNSCHEDULABLE_AFTER = Duration.ofMinutes(2);

    /** The first of these Jobs that is held up. */
    static Optional<Hindrance> of(List<? extends JobState<?>> jobs, Instant now) {
        return jobs.stream().flatMap(job -> of(job, now).stream()).findFirst();
    }

    static Optional<Hindrance> of(JobState<?> job, Instant now) {
        return job instanceof JobState.Pending<?> pending ? of(pending, now) : Optional.empty();
    }

    private static Optional<Hindrance> of(JobState.Pending<?> pending, Instant now) {
        return switch (pending.reason().flatMap(Reason::of).orElse(Reason.PENDING)) {
            case UNSCHEDULABLE ->
                pending.since().plus(UNSCHEDULABLE_AFTER).isAfter(now)
                        ? Optional.empty()
                        : Optional.of(unschedulable(pending, now));
            case REGISTRY_UNAVAILABLE ->
                pending.message().map(message -> new Hindrance(Reason.REGISTRY_UNAVAILABLE, message));
            case SIGNING_KEY_LOST -> pending.message().map(message -> new Hindrance(Reason.SIGNING_KEY_LOST, message));
            default -> Optional.empty();
        };
    }

    private static Hindrance unschedulable(JobState.Pending<?> pending, Instant now) {
        return new Hindrance(
                Reason.UNSCHEDULABLE,
                "a pod could not be scheduled for %d min: %s; free resources or add a node"
                        .formatted(
                                Duration.between(pending.since(), now).toMinutes(),
                                pending.message().orElse("the scheduler gave no reason")));
    }
}
