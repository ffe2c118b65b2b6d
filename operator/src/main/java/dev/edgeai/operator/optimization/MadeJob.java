package dev.edgeai.operator.optimization;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.operator.job.JobReader;
import dev.edgeai.operator.job.Seals;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.status.Reason;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A Job that the operator made, and what became of it.
 *
 * @param job the Job
 * @param pods those that its controller made of what the operator gave; no others are read
 * @param foreign those that say they are its pods and are others
 * @param trouble what its Events tell, where neither Job nor pod does
 */
record MadeJob(Job job, List<Pod> pods, List<Foreign> foreign, Optional<StartEvents.Trouble> trouble) {
    /** Events are asked for when nothing has happened for this long. */
    private static final Duration SILENT_FOR = Duration.ofSeconds(5);

    /**
     * Sorts the pods and asks for Events where it has to.
     *
     * @param all pods of the run
     * @param events reads the Events of an object with this uid
     */
    static MadeJob of(
            Job job, List<Pod> all, Seals seals, Instant now, Function<String, Optional<StartEvents.Trouble>> events) {
        List<Pod> pods = new ArrayList<>();
        List<Foreign> foreign = new ArrayList<>();
        for (Pod pod : all) {
            if (claims(pod, job)) {
                seals.difference(job, pod)
                        .ifPresentOrElse(why -> foreign.add(Foreign.of(pod, why)), () -> pods.add(pod));
            }
        }
        MadeJob plain = new MadeJob(job, List.copyOf(pods), List.copyOf(foreign), Optional.empty());
        return new MadeJob(job, plain.pods, plain.foreign, plain.silent(now).flatMap(events));
    }

    private static boolean claims(Pod pod, Job job) {
        return pod.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> job.getMetadata().getUid().equals(owner.getUid()));
    }

    /** The uid of what waits without a word: the Job that has no pod, or its pod. */
    private Optional<String> silent(Instant now) {
        boolean waits = JobReader.read(job, pods, "", Object.class, now) instanceof JobState.Pending<Object> pending
                && pending.reason().isEmpty()
                && pending.since().plus(SILENT_FOR).isBefore(now);
        return waits && foreign.isEmpty()
                ? Optional.of(pods.stream()
                        .max(Comparator.comparing(pod -> pod.getMetadata().getCreationTimestamp()))
                        .map(pod -> pod.getMetadata().getUid())
                        .orElse(job.getMetadata().getUid()))
                : Optional.empty();
    }

    <T> JobState<T> state(String container, Class<T> type, Instant now) {
        if (pods.isEmpty()
                && !foreign.isEmpty()
                && JobReader.hasEnded(job)
                && job.getMetadata().getDeletionTimestamp() == null) {
            return new JobState.Failed<>(
                    new Failure(
                            Reason.FOREIGN_OBJECT.text(),
                            "nothing of Job " + job.getMetadata().getName() + " can be trusted: "
                                    + foreign.getFirst().message()),
                    Optional.empty());
        }
        JobState<T> state = JobReader.read(job, pods, container, type, now);
        return state instanceof JobState.Pending<T> pending && trouble.isPresent()
                ? new JobState.Pending<>(
                        trouble.map(StartEvents.Trouble::reason),
                        trouble.map(StartEvents.Trouble::message),
                        pending.since(),
                        pending.node())
                : state;
    }

    /** Whether its next attempt would only end as the last one did. */
    boolean retriesInVain() {
        return JobReader.retriesInVain(job, pods);
    }
}
