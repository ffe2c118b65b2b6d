package dev.edgeai.planner;

import dev.edgeai.api.trial.Failure;

import java.time.Instant;
import java.util.Optional;

/**
 * A Job as it was seen, without Kubernetes in it.
 *
 * @param <T> what its pod reports when it succeeds
 */
public sealed interface JobState<T> {
    /** No such Job. */
    record Missing<T>() implements JobState<T> {}

    /**
     * The Job exists, its pod does not run yet.
     *
     * @param reason Kubernetes' own word for what keeps it, for example {@code Unschedulable}, {@code FailedMount} or
     *     {@code FailedCreate}, see {@link StartTrouble}
     * @param message of the same
     * @param since when the pod came to its node; of one without a node when the Job was made
     * @param node the node that the pod has taken a place on, without running
     */
    record Pending<T>(Optional<String> reason, Optional<String> message, Instant since, Optional<String> node)
            implements JobState<T> {
        /** Without a node. */
        public Pending(Optional<String> reason, Optional<String> message, Instant since) {
            this(reason, message, since, Optional.empty());
        }
    }

    /**
     * The pod runs.
     *
     * @param node its node
     */
    record Running<T>(Optional<String> node) implements JobState<T> {}

    /**
     * The Job is complete.
     *
     * @param result its termination message
     * @param node where it ran
     */
    record Succeeded<T>(T result, Optional<String> node) implements JobState<T> {}

    /**
     * The Job failed for good; an unreadable termination message or a killed pod is a {@code Failure} too, made by the
     * observer ({@code OutOfMemory}, {@code DeadlineExceeded}, {@code InternalError}).
     */
    record Failed<T>(Failure failure, Optional<String> node) implements JobState<T> {}

    /** Whether it occupies a slot of the run's parallelism. */
    default boolean active() {
        return this instanceof Pending<T> || this instanceof Running<T>;
    }
}
