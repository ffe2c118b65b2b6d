package dev.edgeai.operator.observation;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.operator.job.Json;
import dev.edgeai.planner.Times;
import dev.edgeai.planner.rollout.Disturbance;
import dev.edgeai.planner.status.Reason;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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

    /** Exit codes of SIGKILL and SIGTERM: what the kubelet sends for a probe without answer, a drain, a shutdown. */
    private static final Set<Integer> SIGNALS = Set.of(137, 143);

    /** What a container waits for that no patience of its own brings. */
    private static final Map<String, Reason> CANNOT_START = Map.of(
            "ErrImagePull", Reason.IMAGE_PULL_FAILED,
            "ImagePullBackOff", Reason.IMAGE_PULL_FAILED,
            "ErrImageNeverPull", Reason.IMAGE_PULL_FAILED,
            "InvalidImageName", Reason.IMAGE_PULL_FAILED,
            "RegistryUnavailable", Reason.IMAGE_PULL_FAILED,
            "CreateContainerConfigError", Reason.MOUNT_FAILED,
            "CreateContainerError", Reason.POD_REFUSED,
            "RunContainerError", Reason.POD_REFUSED);

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

    /**
     * In {@code CrashLoopBackOff}, or restarted more than twice and not long ago, of its own accord: a container that the
     * kubelet or a node ended with a signal did not crash.
     */
    static boolean isCrashLooping(Pod pod, Instant now) {
        return !isGone(pod)
                && containers(pod)
                        .filter(c -> !wasKilled(c))
                        .anyMatch(c -> waiting(c)
                                        .filter(w -> "CrashLoopBackOff".equals(w.getReason()))
                                        .isPresent()
                                || restartedOften(c, now));
    }

    /** Its containers ended for good: evicted, preempted, or its node was shut down. Another pod takes its place. */
    static boolean isGone(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return "Failed".equals(phase) || "Succeeded".equals(phase);
    }

    /** Was ready once, runs on, and answers its probe no more. */
    static boolean isUnresponsive(Pod pod) {
        return !isTerminating(pod)
                && !isGone(pod)
                && containers(pod)
                        .anyMatch(c -> Boolean.TRUE.equals(c.getStarted())
                                && Boolean.FALSE.equals(c.getReady())
                                && c.getState() != null
                                && c.getState().getRunning() != null);
    }

    /** Since when it is ready, or is not. */
    static Optional<Instant> readinessSince(Pod pod) {
        return condition(pod, "Ready").map(PodCondition::getLastTransitionTime).flatMap(Times::read);
    }

    /** Since when its server runs without having become ready. */
    static Optional<Instant> runningSince(Pod pod) {
        if (isReady(pod) || pod.getStatus() == null) {
            return Optional.empty();
        }
        return Stream.ofNullable(pod.getStatus().getContainerStatuses())
                .flatMap(List::stream)
                .map(ContainerStatus::getState)
                .filter(state -> state != null && state.getRunning() != null)
                .flatMap(state -> Times.read(state.getRunning().getStartedAt()).stream())
                .min(Instant::compareTo);
    }

    /** What the cluster does to a pod that is not ready, or has done to one that is gone. */
    static Optional<Disturbance> disturbance(Pod pod, Set<String> lostNodes, Instant now) {
        if (isReady(pod) || pod.getStatus() == null) {
            return Optional.empty();
        }
        return taken(pod, now)
                .or(() -> unplaced(pod, now))
                .or(() -> onLostNode(pod, lostNodes, now))
                .or(() -> notStarted(pod, now));
    }

    private static Optional<Disturbance> taken(Pod pod, Instant now) {
        String name = pod.getMetadata().getName();
        Optional<Disturbance> told = condition(pod, "DisruptionTarget")
                .filter(c -> "True".equals(c.getStatus()))
                .map(c -> new Disturbance(
                        Reason.POD_DISRUPTED,
                        "pod %s was taken away: %s: %s".formatted(name, c.getReason(), c.getMessage()),
                        since(c, now)));
        return told.or(() -> isGone(pod)
                ? Optional.of(new Disturbance(
                        Reason.POD_DISRUPTED,
                        "pod %s was ended: %s"
                                .formatted(
                                        name,
                                        pod.getStatus().getReason() == null
                                                ? pod.getStatus().getPhase()
                                                : pod.getStatus().getReason() + " "
                                                        + pod.getStatus().getMessage()),
                        now))
                : Optional.empty());
    }

    private static Optional<Disturbance> unplaced(Pod pod, Instant now) {
        return condition(pod, "PodScheduled")
                .filter(c -> "False".equals(c.getStatus()))
                .map(c -> new Disturbance(Reason.UNSCHEDULABLE, String.valueOf(c.getMessage()), since(c, now)));
    }

    private static Optional<Disturbance> onLostNode(Pod pod, Set<String> lostNodes, Instant now) {
        String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        return node != null && lostNodes.contains(node)
                ? Optional.of(new Disturbance(
                        Reason.NODE_LOST,
                        "node %s of pod %s does not answer"
                                .formatted(node, pod.getMetadata().getName()),
                        now))
                : Optional.empty();
    }

    private static Optional<Disturbance> notStarted(Pod pod, Instant now) {
        return containers(pod)
                .flatMap(c -> waiting(c).stream()
                        .flatMap(w -> Optional.ofNullable(CANNOT_START.get(String.valueOf(w.getReason())))
                                .map(reason -> new Disturbance(
                                        reason,
                                        "container %s: %s: %s".formatted(c.getName(), w.getReason(), w.getMessage()),
                                        now))
                                .stream()))
                .findFirst();
    }

    private static Instant since(PodCondition condition, Instant now) {
        return Optional.ofNullable(condition.getLastTransitionTime())
                .flatMap(Times::read)
                .orElse(now);
    }

    /** Ended by a signal that was not its own doing; memory is. */
    private static boolean wasKilled(ContainerStatus container) {
        return Optional.ofNullable(container.getLastState())
                .map(ContainerState::getTerminated)
                .filter(t -> !"OOMKilled".equals(t.getReason()))
                .map(ContainerStateTerminated::getExitCode)
                .filter(SIGNALS::contains)
                .isPresent();
    }

    /** What a container of a pod that is not ready left when it ended badly. */
    static Optional<Failure> failure(Pod pod) {
        if (isReady(pod) || isGone(pod)) {
            return Optional.empty();
        }
        return containers(pod)
                .filter(c -> !wasKilled(c))
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
                .flatMap(Times::read)
                .filter(end -> end.isAfter(now.minus(RECENT)))
                .isPresent();
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
