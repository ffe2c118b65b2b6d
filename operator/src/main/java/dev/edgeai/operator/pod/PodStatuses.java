package dev.edgeai.operator.pod;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The status of a pod, of which every part may be missing. */
public final class PodStatuses {
    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");

    /** Waiting for these is the ordinary start of a container. */
    private static final Set<String> ORDINARY_WAITING = Set.of("ContainerCreating", "PodInitializing");

    /** Init containers in their order, then the others. */
    public static Stream<ContainerStatus> containers(Pod pod) {
        return Optional.ofNullable(pod.getStatus()).stream()
                .flatMap(status -> Stream.of(status.getInitContainerStatuses(), status.getContainerStatuses()))
                .filter(Objects::nonNull)
                .flatMap(List::stream);
    }

    public static Optional<PodCondition> condition(Pod pod, String type) {
        return Optional.ofNullable(pod.getStatus()).map(PodStatus::getConditions).stream()
                .flatMap(List::stream)
                .filter(condition -> type.equals(condition.getType()))
                .findFirst();
    }

    /** The scheduler's word that no node takes it. */
    public static Optional<PodCondition> unscheduled(Pod pod) {
        return condition(pod, "PodScheduled").filter(condition -> "False".equals(condition.getStatus()));
    }

    public static Optional<String> phase(Pod pod) {
        return Optional.ofNullable(pod.getStatus()).map(PodStatus::getPhase);
    }

    /** Its containers ended for good, well or not. */
    public static boolean hasEnded(Pod pod) {
        return phase(pod).filter(ENDED::contains).isPresent();
    }

    public static Optional<String> node(Pod pod) {
        return Optional.ofNullable(pod.getSpec()).map(PodSpec::getNodeName).filter(name -> !name.isEmpty());
    }

    /** What a container waits for, if it says so. */
    public static Optional<ContainerStateWaiting> waiting(ContainerStatus container) {
        return Optional.ofNullable(container.getState())
                .map(ContainerState::getWaiting)
                .filter(waiting -> waiting.getReason() != null);
    }

    /** The same, unless every container waits for it at its start. */
    public static Optional<ContainerStateWaiting> troubledWaiting(ContainerStatus container) {
        return waiting(container).filter(waiting -> !ORDINARY_WAITING.contains(waiting.getReason()));
    }

    private PodStatuses() {}
}
