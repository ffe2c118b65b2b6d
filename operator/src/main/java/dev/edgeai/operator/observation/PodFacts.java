package dev.edgeai.operator.observation;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.operator.job.Json;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a serving pod's status says of it. */
final class PodFacts {
    private static final int MAX_RESTARTS = 2;

    /** Restarts further back than this belong to a trouble that is over. */
    private static final Duration RECENT = Duration.ofMinutes(10);

    private static final Set<String> HARMLESS_WAITING = Set.of("ContainerCreating", "PodInitializing");

    private PodFacts() {}

    static boolean isTerminating(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() != null;
    }

    static boolean isReady(Pod pod) {
        return !isTerminating(pod)
                && condition(pod, "Ready")
                        .filter(c -> "True".equals(c.getStatus()))
                        .isPresent();
    }

    /** In {@code CrashLoopBackOff}, or restarted more than twice and not long ago. */
    static boolean isCrashLooping(Pod pod, Instant now) {
        return containers(pod)
                .anyMatch(c -> waiting(c)
                                .filter(w -> "CrashLoopBackOff".equals(w.getReason()))
                                .isPresent()
                        || restartedOften(c, now));
    }

    /** What a container of a pod that is not ready left when it ended badly. */
    static Optional<Failure> failure(Pod pod) {
        if (isReady(pod)) {
            return Optional.empty();
        }
        return containers(pod)
                .flatMap(c -> Stream.of(c.getState(), c.getLastState())
                        .filter(Objects::nonNull)
                        .map(ContainerState::getTerminated)
                        .filter(Objects::nonNull)
                        .filter(t -> t.getExitCode() != null && t.getExitCode() != 0)
                        .map(t -> failure(c.getName(), t)))
                .findFirst();
    }

    /** Why a pod does not run, as the scheduler or the kubelet says it. */
    static Optional<String> message(Pod pod) {
        Optional<String> unscheduled = condition(pod, "PodScheduled")
                .filter(c -> "False".equals(c.getStatus()))
                .map(c -> c.getReason() + ": " + c.getMessage());
        return unscheduled.or(() -> containers(pod)
                .flatMap(c -> waiting(c).stream()
                        .filter(w -> w.getReason() != null && !HARMLESS_WAITING.contains(w.getReason()))
                        .map(w -> "container " + c.getName() + ": " + w.getReason()
                                + (w.getMessage() == null ? "" : ": " + w.getMessage())))
                .findFirst());
    }

    /** A termination message that is no {@link Failure} is made one, so that the reason is always a known word. */
    private static Failure failure(String container, ContainerStateTerminated ended) {
        if ("OOMKilled".equals(ended.getReason())) {
            return new Failure(
                    FailureReason.OUT_OF_MEMORY.reason(),
                    "container " + container
                            + " needed more memory than its limit; raise serving.resources.limits.memory");
        }
        return Optional.ofNullable(ended.getMessage())
                .flatMap(text -> Json.read(text, Failure.class))
                .filter(failure -> failure.reason() != null && failure.message() != null)
                .orElseGet(() -> new Failure(
                        FailureReason.INTERNAL_ERROR.reason(),
                        "container " + container + " ended with exit code " + ended.getExitCode()
                                + " and no reason; see its log (kubectl logs --previous)"));
    }

    private static boolean restartedOften(ContainerStatus container, Instant now) {
        if (container.getRestartCount() == null || container.getRestartCount() <= MAX_RESTARTS) {
            return false;
        }
        return Optional.ofNullable(container.getLastState())
                .map(ContainerState::getTerminated)
                .map(ContainerStateTerminated::getFinishedAt)
                .flatMap(PodFacts::instant)
                .filter(end -> end.isAfter(now.minus(RECENT)))
                .isPresent();
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<ContainerStateWaiting> waiting(ContainerStatus container) {
        return Optional.ofNullable(container.getState()).map(ContainerState::getWaiting);
    }

    private static Optional<PodCondition> condition(Pod pod, String type) {
        return Optional.ofNullable(pod.getStatus()).map(PodStatus::getConditions).stream()
                .flatMap(List::stream)
                .filter(c -> type.equals(c.getType()))
                .findFirst();
    }

    private static Stream<ContainerStatus> containers(Pod pod) {
        return Optional.ofNullable(pod.getStatus()).stream()
                .flatMap(status -> Stream.of(status.getInitContainerStatuses(), status.getContainerStatuses()))
                .filter(Objects::nonNull)
                .flatMap(List::stream);
    }
}
