package dev.edgeai.planner.run;

import dev.edgeai.planner.JobState;
import dev.edgeai.planner.StartTrouble;
import dev.edgeai.planner.status.Reason;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What keeps a Job from starting. It passes when its cause does (a quota is raised, a Secret is made, a node comes back),
 * so the run waits and goes on by itself then; it is no failure of the run, however long it lasts.
 *
 * @param message names the remedy too
 * @param since since when
 */
record PendingCause(Reason reason, String message, Instant since) {
    /** A person has to hear of what lasts this long. */
    static final Duration STALLED_AFTER = Duration.ofMinutes(10);

    /** A pod that stays unschedulable this long is said out loud. */
    private static final Duration UNSCHEDULABLE_AFTER = Duration.ofMinutes(2);

    /** What the scheduler says of a node on which another trial runs. */
    private static final String OTHER_TRIAL = "anti-affinity";

    /** Their number of attempts ends them, not a person. */
    private static final Set<Reason> COUNTED = Set.of(Reason.REGISTRY_UNAVAILABLE, Reason.FOREIGN_OBJECT);

    /** The one of these Jobs that has been held up longest. */
    static Optional<PendingCause> of(List<? extends JobState<?>> jobs, Instant now) {
        return jobs.stream().flatMap(job -> of(job, now).stream()).min(Comparator.comparing(PendingCause::since));
    }

    static Optional<PendingCause> of(JobState<?> job, Instant now) {
        return job instanceof JobState.Pending<?> pending ? of(pending, now) : Optional.empty();
    }

    private static Optional<PendingCause> of(JobState.Pending<?> pending, Instant now) {
        String message = pending.message().orElse("");
        return pending.reason()
                .flatMap(word -> Reason.of(word)
                        .filter(COUNTED::contains)
                        .or(() -> StartTrouble.reason(word, message))
                        .or(() -> Reason.of(word).filter(PendingCause::isTrouble)))
                .filter(reason -> reason != Reason.UNSCHEDULABLE
                        || !pending.since().plus(UNSCHEDULABLE_AFTER).isAfter(now))
                .map(reason -> new PendingCause(reason, said(reason, message, pending.since(), now), pending.since()));
    }

    /** Whether it is one of those that {@link StartTrouble} names: a retry carries the reason and not the word. */
    private static boolean isTrouble(Reason reason) {
        return switch (reason) {
            case QUOTA_EXCEEDED, POD_REFUSED, MOUNT_FAILED, IMAGE_PULL_FAILED, UNSCHEDULABLE, SIGNING_KEY_LOST -> true;
            default -> false;
        };
    }

    private static String said(Reason reason, String message, Instant since, Instant now) {
        String remedy = StartTrouble.remedy(reason);
        long minutes = Duration.between(since, now).toMinutes();
        return switch (reason) {
            case REGISTRY_UNAVAILABLE, FOREIGN_OBJECT, SIGNING_KEY_LOST -> message;
            case UNSCHEDULABLE ->
                isTurn(message)
                        ? "waits for its turn for %d min: one trial is measured on a node at a time, and others are before it (kubectl get pods -l edgeai.dev/trial shows those of a namespace; the scheduler: %s)"
                                .formatted(minutes, message)
                        : "a pod could not be scheduled for %d min: %s; %s"
                                .formatted(
                                        minutes, message.isEmpty() ? "the scheduler gave no reason" : message, remedy);
            case QUOTA_EXCEEDED, POD_REFUSED -> "waiting: this is refused: %s; %s".formatted(message, remedy);
            default -> "waiting: a pod does not start: %s; %s".formatted(message, remedy);
        };
    }

    /** Whether the scheduler says that another trial is measured on the node. */
    static boolean isTurn(String message) {
        return message.contains(OTHER_TRIAL);
    }

    /** Whether it is time that a person looks; one that only waits for its turn needs none. */
    boolean isForPerson(Instant now) {
        return stopsTheClock()
                && !since.plus(STALLED_AFTER).isAfter(now)
                && !(reason == Reason.UNSCHEDULABLE && isTurn(message));
    }

    /** Whether the time it takes is the cluster's and not the run's. */
    boolean stopsTheClock() {
        return !COUNTED.contains(reason);
    }
}
