package dev.edgeai.operator.observation;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.operator.delivery.ServingDeployment;
import dev.edgeai.planner.Json;
import dev.edgeai.planner.Times;
import dev.edgeai.planner.rollout.Blames;
import dev.edgeai.planner.rollout.Disturbance;
import dev.edgeai.planner.status.Reason;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import org.jspecify.annotations.Nullable;

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

    /** Containers that the operator gave the pod; whatever else is in it says nothing of the version. */
    private static final Set<String> OWN = Set.of(ServingDeployment.LOAD_CONTAINER, ServingDeployment.SERVE_CONTAINER);

    /**
     * Exit codes of a container that was ended, with SIGKILL or SIGTERM: what the kubelet sends for a probe without answer, a
     * drain, a shutdown. The server ends with 0 when it is told to, and never by itself.
     */
    private static final Set<Integer> ENDED = Set.of(0, 137, 143);

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
     * A container of the operator's is in {@code CrashLoopBackOff}, or the server restarted more than twice and not long ago,
     * of its own accord: one that the kubelet or a node ended did not crash, nor did one that says what the environment kept
     * from it.
     */
    static boolean isCrashLooping(Pod pod, Instant now) {
        return !isGone(pod)
                && own(pod).filter(c -> isBackingOff(c) || (isServer(c) && restartedOften(c, now)))
                        .flatMap(c -> ownFailure(c, now).stream())
                        .anyMatch(f -> Blames.of(Reason.of(f)) != Blame.ENVIRONMENT);
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
                && own(pod).anyMatch(c -> Boolean.TRUE.equals(c.getStarted())
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
        return own(pod).filter(PodFacts::isServer)
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
                .or(() -> notStarted(pod, now))
                .or(() -> anothersCrash(pod, now));
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

    private static Optional<Disturbance> anothersCrash(Pod pod, Instant now) {
        return containers(pod)
                .filter(c -> !OWN.contains(c.getName()))
                .filter(c -> isBackingOff(c) || restartedOften(c, now))
                .map(c -> new Disturbance(
                        Reason.SIDECAR_FAILED,
                        "container %s of pod %s, which is not the operator's, ends again and again%s"
                                .formatted(
                                        c.getName(),
                                        pod.getMetadata().getName(),
                                        terminated(c.getLastState())
                                                .map(end -> " with exit code " + end.getExitCode())
                                                .orElse("")),
                        now))
                .findFirst();
    }

    private static Instant since(PodCondition condition, Instant now) {
        return Optional.ofNullable(condition.getLastTransitionTime())
                .flatMap(Times::read)
                .orElse(now);
    }

    /** What a container of the operator's left when it ended badly, in a pod that is not ready for that. */
    static Optional<Failure> failure(Pod pod, Instant now) {
        return isReady(pod) || isGone(pod)
                ? Optional.empty()
                : own(pod).flatMap(c -> ownFailure(c, now).stream()).findFirst();
    }

    private static Optional<Failure> ownFailure(ContainerStatus container, Instant now) {
        return end(container, now).filter(end -> !wasEnded(end)).map(end -> failure(container.getName(), end));
    }

    /**
     * The end that tells of a container as it is now. An earlier one is over once the container is made anew, runs or is
     * done, unless it is the server's and one of many.
     */
    private static Optional<ContainerStateTerminated> end(ContainerStatus container, Instant now) {
        return terminated(container.getState())
                .or(() -> isBackingOff(container) || (isServer(container) && restartedOften(container, now))
                        ? terminated(container.getLastState())
                        : Optional.empty());
    }

    /** Whether it was ended by somebody, or is done. A server whose memory was not enough ended itself. */
    private static boolean wasEnded(ContainerStateTerminated end) {
        return end.getExitCode() == null || (ENDED.contains(end.getExitCode()) && !"OOMKilled".equals(end.getReason()));
    }

    private static Optional<ContainerStateTerminated> terminated(@Nullable ContainerState state) {
        return Optional.ofNullable(state).map(ContainerState::getTerminated);
    }

    private static boolean isBackingOff(ContainerStatus container) {
        return waiting(container)
                .filter(w -> "CrashLoopBackOff".equals(w.getReason()))
                .isPresent();
    }

    private static boolean isServer(ContainerStatus container) {
        return ServingDeployment.SERVE_CONTAINER.equals(container.getName());
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
                .flatMap(text -> Json.find(text, Failure.class))
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
        return terminated(container.getLastState())
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

    private static Stream<ContainerStatus> own(Pod pod) {
        return containers(pod).filter(c -> OWN.contains(c.getName()));
    }

    private static Stream<ContainerStatus> containers(Pod pod) {
        return Optional.ofNullable(pod.getStatus()).stream()
                .flatMap(status -> Stream.of(status.getInitContainerStatuses(), status.getContainerStatuses()))
                .filter(Objects::nonNull)
                .flatMap(List::stream);
    }
}
