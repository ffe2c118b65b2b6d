package dev.edgeai.operator.observation;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.operator.delivery.ServingDeployment;
import dev.edgeai.operator.pod.ContainerEnd;
import dev.edgeai.operator.pod.PodStatuses;
import dev.edgeai.planner.StartTrouble;
import dev.edgeai.planner.Times;
import dev.edgeai.planner.rollout.Blames;
import dev.edgeai.planner.rollout.Disturbance;
import dev.edgeai.planner.status.Reason;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a serving pod's status says of it. */
final class PodFacts {
    private static final int MAX_RESTARTS = 2;

    /** Restarts further back than this belong to a trouble that is over. */
    private static final Duration RECENT = Duration.ofMinutes(10);

    /** Containers that the operator gave the pod; whatever else is in it says nothing of the version. */
    private static final Set<String> OWN = Set.of(ServingDeployment.LOAD_CONTAINER, ServingDeployment.SERVE_CONTAINER);

    /**
     * Exit codes of a container that was ended, with SIGKILL or SIGTERM: what the kubelet sends for a probe without answer, a
     * drain, a shutdown. The server ends with 0 when it is told to, and never by itself.
     */
    private static final Set<Integer> ENDED = Set.of(0, 137, 143);

    private PodFacts() {}

    static boolean isTerminating(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() != null;
    }

    static boolean isReady(Pod pod) {
        return !isTerminating(pod)
                && PodStatuses.condition(pod, "Ready")
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
                && own(pod).filter(c -> isBackingOff(c) || (isServer(c) && restartedOften(pod, c, now)))
                        .flatMap(c -> ownFailure(pod, c, now).stream())
                        .anyMatch(f -> Blames.of(Reason.of(f)) != Blame.ENVIRONMENT);
    }

    /** Its containers ended for good: evicted, preempted, or its node was shut down. Another pod takes its place. */
    static boolean isGone(Pod pod) {
        return PodStatuses.hasEnded(pod);
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
        return PodStatuses.condition(pod, "Ready")
                .map(PodCondition::getLastTransitionTime)
                .flatMap(Times::read);
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
        Optional<Disturbance> told = PodStatuses.condition(pod, "DisruptionTarget")
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
        return PodStatuses.unscheduled(pod)
                .map(c -> new Disturbance(Reason.UNSCHEDULABLE, String.valueOf(c.getMessage()), since(c, now)));
    }

    private static Optional<Disturbance> onLostNode(Pod pod, Set<String> lostNodes, Instant now) {
        return PodStatuses.node(pod)
                .filter(lostNodes::contains)
                .map(node -> new Disturbance(
                        Reason.NODE_LOST,
                        "node %s of pod %s does not answer"
                                .formatted(node, pod.getMetadata().getName()),
                        now));
    }

    private static Optional<Disturbance> notStarted(Pod pod, Instant now) {
        return PodStatuses.containers(pod)
                .flatMap(c -> PodStatuses.waiting(c).stream()
                        .flatMap(w -> StartTrouble.reason(w.getReason(), String.valueOf(w.getMessage()))
                                .map(reason -> new Disturbance(
                                        reason,
                                        "container %s: %s: %s".formatted(c.getName(), w.getReason(), w.getMessage()),
                                        now))
                                .stream()))
                .findFirst();
    }

    private static Optional<Disturbance> anothersCrash(Pod pod, Instant now) {
        return PodStatuses.containers(pod)
                .filter(c -> !OWN.contains(c.getName()))
                .filter(c -> isBackingOff(c) || restartedOften(pod, c, now))
                .map(c -> new Disturbance(
                        Reason.SIDECAR_FAILED,
                        "container %s of pod %s, which is not the operator's, ends again and again%s"
                                .formatted(
                                        c.getName(),
                                        pod.getMetadata().getName(),
                                        ContainerEnd.last(pod, c)
                                                .map(end -> " with exit code "
                                                        + end.state().getExitCode())
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
                : own(pod).flatMap(c -> ownFailure(pod, c, now).stream()).findFirst();
    }

    private static Optional<Failure> ownFailure(Pod pod, ContainerStatus container, Instant now) {
        return end(pod, container, now).filter(end -> !wasEnded(end)).map(ContainerEnd::failureOfServer);
    }

    /**
     * The end that tells of a container as it is now. An earlier one is over once the container is made anew, runs or is
     * done, unless it is the server's and one of many.
     */
    private static Optional<ContainerEnd> end(Pod pod, ContainerStatus container, Instant now) {
        return ContainerEnd.of(pod, container)
                .or(() -> isBackingOff(container) || (isServer(container) && restartedOften(pod, container, now))
                        ? ContainerEnd.last(pod, container)
                        : Optional.empty());
    }

    /** Whether it was ended by somebody, or is done. A server whose memory was not enough ended itself. */
    private static boolean wasEnded(ContainerEnd end) {
        Integer code = end.state().getExitCode();
        return code == null || (ENDED.contains(code) && !end.isOutOfMemory());
    }

    private static boolean isBackingOff(ContainerStatus container) {
        return PodStatuses.waiting(container)
                .filter(w -> "CrashLoopBackOff".equals(w.getReason()))
                .isPresent();
    }

    private static boolean isServer(ContainerStatus container) {
        return ServingDeployment.SERVE_CONTAINER.equals(container.getName());
    }

    /** Why a pod does not run, as the scheduler or the kubelet says it. */
    static Optional<String> message(Pod pod) {
        Optional<String> unscheduled = PodStatuses.unscheduled(pod).map(c -> c.getReason() + ": " + c.getMessage());
        return unscheduled.or(() -> PodStatuses.containers(pod)
                .flatMap(c -> PodStatuses.troubledWaiting(c).stream()
                        .map(w -> "container " + c.getName() + ": " + w.getReason()
                                + (w.getMessage() == null ? "" : ": " + w.getMessage())))
                .findFirst());
    }

    private static boolean restartedOften(Pod pod, ContainerStatus container, Instant now) {
        if (container.getRestartCount() == null || container.getRestartCount() <= MAX_RESTARTS) {
            return false;
        }
        return ContainerEnd.last(pod, container)
                .flatMap(ContainerEnd::time)
                .filter(end -> end.isAfter(now.minus(RECENT)))
                .isPresent();
    }

    private static Stream<ContainerStatus> own(Pod pod) {
        return PodStatuses.containers(pod).filter(c -> OWN.contains(c.getName()));
    }
}
