package dev.edgeai.operator.job;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.operator.pod.PodStatuses;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.Retries;
import dev.edgeai.planner.StartTrouble;
import dev.edgeai.planner.Times;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Reads a Job and its pods as the planner sees them. A Job that can no longer bring a result counts as missing, so that
 * it is made anew: its result was lost with its pod, its pod's node is cut off, or it is being deleted.
 */
public final class JobReader {
    /** How long after its end a deleted pod still stands there before its node counts as lost. */
    private static final Duration NODE_LOST_AFTER = Duration.ofSeconds(60);

    private JobReader() {}

    /** Whether the Job has come to its end, well or not. */
    public static boolean hasEnded(Job job) {
        return condition(job, "Complete").isPresent()
                || condition(job, "Failed").isPresent();
    }

    /** Whether the Job is about to try again, or does already, what can only end the same way. */
    public static boolean retriesInVain(Job job, List<Pod> pods) {
        return job.getMetadata().getDeletionTimestamp() == null
                && !hasEnded(job)
                && !Integer.valueOf(0).equals(job.getSpec().getBackoffLimit())
                && pods.stream()
                        .flatMap(pod -> Terminations.failure(pod).stream())
                        .anyMatch(Retries::inVain);
    }

    /**
     * What became of a Job.
     *
     * @param pods of this Job
     * @param container whose termination message is the result
     * @param type of the result
     */
    public static <T> JobState<T> read(Job job, List<Pod> pods, String container, Class<T> type, Instant now) {
        if (job.getMetadata().getDeletionTimestamp() != null) {
            return new JobState.Missing<>();
        }
        if (condition(job, "Complete").isPresent()) {
            return succeeded(pods, container, type);
        }
        Optional<JobCondition> failed = condition(job, "Failed");
        return failed.isPresent() ? failed(failed.get(), pods) : active(job, pods, now);
    }

    private static <T> JobState<T> succeeded(List<Pod> pods, String container, Class<T> type) {
        Optional<Pod> pod = pods.stream()
                .filter(each ->
                        PodStatuses.phase(each).filter("Succeeded"::equals).isPresent())
                .findFirst();
        if (pod.isEmpty()) {
            return new JobState.Missing<>();
        }
        return pod.flatMap(each -> Terminations.result(each, container, type))
                .<JobState<T>>map(result -> new JobState.Succeeded<>(result, PodStatuses.node(pod.get())))
                .orElseGet(() -> new JobState.Failed<>(
                        Terminations.failure(
                                FailureReason.INTERNAL_ERROR,
                                "container " + container + " of pod "
                                        + pod.get().getMetadata().getName()
                                        + " ended well but left no result that could be read; are the operator and "
                                        + "images.runtime of the same version?"),
                        PodStatuses.node(pod.get())));
    }

    private static <T> JobState<T> failed(JobCondition condition, List<Pod> pods) {
        Optional<Pod> last = pods.stream()
                .filter(pod -> Terminations.failure(pod).isPresent())
                .max(Comparator.comparing(JobReader::made));
        Failure failure = "DeadlineExceeded".equals(condition.getReason())
                ? Terminations.failure(
                        FailureReason.DEADLINE_EXCEEDED,
                        "the Job was ended after its time: " + condition.getMessage()
                                + "; give the search a longer timeout")
                : last.flatMap(Terminations::failure)
                        .orElseGet(() -> Terminations.failure(
                                FailureReason.INTERNAL_ERROR,
                                "the Job failed (" + condition.getReason() + ": " + condition.getMessage()
                                        + ") and its pods are gone"));
        return new JobState.Failed<>(failure, last.flatMap(PodStatuses::node));
    }

    private static <T> JobState<T> active(Job job, List<Pod> pods, Instant now) {
        if (isSuspended(job)) {
            return new JobState.Pending<>(
                    Optional.of(StartTrouble.JOB_SUSPENDED),
                    Optional.of("Job " + job.getMetadata().getName()
                            + " is suspended, by a queue or by hand; it goes on when its spec.suspend is false"),
                    made(job),
                    Optional.empty());
        }
        if (pods.stream().anyMatch(pod -> isOnLostNode(pod, now))) {
            return new JobState.Missing<>();
        }
        Optional<Pod> newest = pods.stream().max(Comparator.comparing(JobReader::made));
        if (newest.filter(JobReader::hasStarted).isPresent()) {
            return new JobState.Running<>(newest.flatMap(PodStatuses::node));
        }
        Optional<Trouble> trouble = newest.flatMap(JobReader::trouble);
        return new JobState.Pending<>(
                trouble.map(Trouble::reason),
                trouble.map(Trouble::message),
                newest.filter(pod -> PodStatuses.node(pod).isPresent())
                        .map(JobReader::boundAt)
                        .orElse(made(job)),
                newest.flatMap(PodStatuses::node));
    }

    private static boolean isSuspended(Job job) {
        return Optional.ofNullable(job.getSpec()).map(JobSpec::getSuspend).orElse(false);
    }

    /** A pod that was told to end and stands there long after its grace period: nobody on its node answers. */
    private static boolean isOnLostNode(Pod pod, Instant now) {
        return Times.read(pod.getMetadata().getDeletionTimestamp())
                .filter(deleted -> deleted.plus(NODE_LOST_AFTER).isBefore(now))
                .isPresent();
    }

    private static boolean hasStarted(Pod pod) {
        return PodStatuses.containers(pod)
                .anyMatch(status -> status.getState() != null
                        && (status.getState().getRunning() != null
                                || status.getState().getTerminated() != null));
    }

    private static Optional<Trouble> trouble(Pod pod) {
        return PodStatuses.unscheduled(pod)
                .map(condition -> Trouble.of(condition.getReason(), condition.getMessage()))
                .or(() -> PodStatuses.containers(pod)
                        .flatMap(container -> PodStatuses.troubledWaiting(container).stream())
                        .findFirst()
                        .map(waiting -> Trouble.of(waiting.getReason(), waiting.getMessage())));
    }

    /** When the pod came to its node. */
    private static Instant boundAt(Pod pod) {
        return PodStatuses.condition(pod, "PodScheduled")
                .filter(condition -> "True".equals(condition.getStatus()))
                .flatMap(condition -> Times.read(condition.getLastTransitionTime()))
                .orElseGet(() -> made(pod));
    }

    private static Optional<JobCondition> condition(Job job, String type) {
        return Optional.ofNullable(job.getStatus()).map(JobStatus::getConditions).stream()
                .flatMap(List::stream)
                .filter(condition -> type.equals(condition.getType()) && "True".equals(condition.getStatus()))
                .findFirst();
    }

    private static Instant made(HasMetadata object) {
        return Instant.parse(object.getMetadata().getCreationTimestamp());
    }

    private record Trouble(String reason, String message) {
        static Trouble of(@Nullable String reason, @Nullable String message) {
            return new Trouble(reason == null ? "Pending" : reason, message == null ? "" : message);
        }
    }
}
