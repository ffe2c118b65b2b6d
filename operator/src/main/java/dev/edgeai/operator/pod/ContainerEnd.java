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

/**
 * How a container ended, and what it left in its termination message.
 *
 * @param restarted it was made anew since
 */
public record ContainerEnd(Pod pod, String container, ContainerStateTerminated state, boolean restarted) {
    /** Of a container that has ended and was not made anew. */
    public static Optional<ContainerEnd> of(Pod pod, ContainerStatus container) {
        return of(pod, container, container.getState(), false);
    }

    /** Of the container before this one. */
    public static Optional<ContainerEnd> last(Pod pod, ContainerStatus container) {
        return of(pod, container, container.getLastState(), true);
    }

    private static Optional<ContainerEnd> of(
            Pod pod, ContainerStatus container, @Nullable ContainerState state, boolean restarted) {
        return Optional.ofNullable(state)
                .map(ContainerState::getTerminated)
                .map(end -> new ContainerEnd(pod, container.getName(), end, restarted));
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

    /**
     * Why it failed, in its own words where it left some; the reason is always a known word.
     *
     * @param memory what to raise when its memory was not enough
     */
    public Failure failure(String memory) {
        String where = "container " + container + " of pod " + pod.getMetadata().getName();
        if (isOutOfMemory()) {
            return new Failure(
                    FailureReason.OUT_OF_MEMORY.reason(),
                    "%s was killed at its memory limit%s; raise %s".formatted(where, memoryLimit(), memory));
        }
        return message(Failure.class)
                .filter(failure -> failure.reason() != null && failure.message() != null)
                .orElseGet(() -> new Failure(
                        FailureReason.INTERNAL_ERROR.reason(),
                        "%s ended with exit code %s (%s) and no word why; see kubectl logs -n %s %s -c %s%s"
                                .formatted(
                                        where,
                                        state.getExitCode(),
                                        state.getReason(),
                                        pod.getMetadata().getNamespace(),
                                        pod.getMetadata().getName(),
                                        container,
                                        restarted ? " --previous" : "")));
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
