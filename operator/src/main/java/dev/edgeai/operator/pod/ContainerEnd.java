package dev.edgeai.operator.pod;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.planner.Json;
import dev.edgeai.planner.Times;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/** How a container ended, and what it left in its termination message. */
public record ContainerEnd(Pod pod, String container, ContainerStateTerminated state) {
    /** Of a container that has ended and was not made anew. */
    public static Optional<ContainerEnd> of(Pod pod, ContainerStatus container) {
        return of(pod, container, container.getState());
    }

    /** Of the container before this one. */
    public static Optional<ContainerEnd> last(Pod pod, ContainerStatus container) {
        return of(pod, container, container.getLastState());
    }

    private static Optional<ContainerEnd> of(Pod pod, ContainerStatus container, @Nullable ContainerState state) {
        return Optional.ofNullable(state)
                .map(ContainerState::getTerminated)
                .map(end -> new ContainerEnd(pod, container.getName(), end));
    }

    public boolean isWell() {
        return Integer.valueOf(0).equals(state.getExitCode());
    }

    public boolean isOutOfMemory() {
        return "OOMKilled".equals(state.getReason());
    }

    public Optional<Instant> time() {
        return Times.read(state.getFinishedAt());
    }

    /** What it left, if it is of this kind. */
    public <T> Optional<T> message(Class<T> type) {
        return Optional.ofNullable(state.getMessage()).flatMap(text -> Json.find(text, type));
    }

    /** Why a Job's container failed, in its own words where it left some; the reason is always a known word. */
    public Failure failureOfJob() {
        return failure(
                "container " + container + " of pod " + pod.getMetadata().getName(),
                "resources.limits.memory of the accelerator profile",
                "kubectl logs -n %s %s -c %s"
                        .formatted(
                                pod.getMetadata().getNamespace(),
                                pod.getMetadata().getName(),
                                container));
    }

    /** The same of a serving pod, in words that stay as they are when it ends again, or another pod does. */
    public Failure failureOfServer() {
        return failure(
                "container " + container,
                "serving.resources.limits.memory",
                "kubectl logs -c %s --previous".formatted(container));
    }

    private Failure failure(String where, String memory, String log) {
        if (isOutOfMemory()) {
            return new Failure(
                    FailureReason.OUT_OF_MEMORY.reason(),
                    "%s was killed at its memory limit%s; raise %s".formatted(where, memoryLimit(), memory));
        }
        String reason = state.getReason() == null ? "" : " (" + state.getReason() + ")";
        return message(Failure.class)
                .filter(failure -> failure.reason() != null && failure.message() != null)
                .orElseGet(() -> new Failure(
                        FailureReason.INTERNAL_ERROR.reason(),
                        "%s ended with exit code %s%s and no word why; see %s"
                                .formatted(where, state.getExitCode(), reason, log)));
    }

    private String memoryLimit() {
        return Stream.ofNullable(pod.getSpec())
                .flatMap(spec -> Stream.concat(spec.getInitContainers().stream(), spec.getContainers().stream()))
                .filter(spec -> spec.getName().equals(container) && spec.getResources() != null)
                .flatMap(spec -> Stream.ofNullable(spec.getResources().getLimits()))
                .flatMap(limits -> Stream.ofNullable(limits.get("memory")))
                .findFirst()
                .map(limit -> " of " + limit)
                .orElse("");
    }
}
