package dev.edgeai.operator.job;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the containers of a pod left behind when they ended. */
public final class Terminations {
    private static final String DEADLINE_EXCEEDED = "DeadlineExceeded";
    private static final String OOM_KILLED = "OOMKilled";
    private static final int LONGEST_MESSAGE = 1000;

    private Terminations() {}

    /** The result of a container that ended well; absent when it has not ended, failed, or left no such result. */
    public static <T> Optional<T> result(Pod pod, String container, Class<T> type) {
        return statuses(pod)
                .filter(status -> container.equals(status.getName()))
                .findFirst()
                .flatMap(Terminations::terminated)
                .filter(Terminations::endedWell)
                .flatMap(end -> Json.find(text(end.getMessage()), type));
    }

    /** Why the pod failed; absent when no container failed and the pod did not either. */
    public static Optional<Failure> failure(Pod pod) {
        Optional<ContainerStatus> failed = statuses(pod)
                .filter(status ->
                        terminated(status).filter(end -> !endedWell(end)).isPresent())
                .findFirst();
        if (DEADLINE_EXCEEDED.equals(reason(pod))) {
            return Optional.of(failure(
                    FailureReason.DEADLINE_EXCEEDED,
                    "the pod " + pod.getMetadata().getName() + " took longer than "
                            + pod.getSpec().getActiveDeadlineSeconds() + " s and was ended"
                            + failed.map(status -> " in container " + status.getName())
                                    .orElse("")
                            + "; give the search a longer timeout or a smaller dataset"));
        }
        if (failed.isPresent()) {
            return failed.map(status -> failure(pod, status, terminated(status).orElseThrow()));
        }
        return "Failed".equals(phase(pod))
                ? Optional.of(failure(
                        FailureReason.INTERNAL_ERROR,
                        "the pod " + pod.getMetadata().getName() + " failed: " + reason(pod) + ' '
                                + text(pod.getStatus().getMessage())))
                : Optional.empty();
    }

    private static Failure failure(Pod pod, ContainerStatus status, ContainerStateTerminated end) {
        String where =
                "container " + status.getName() + " of pod " + pod.getMetadata().getName();
        if (OOM_KILLED.equals(end.getReason())) {
            return failure(
                    FailureReason.OUT_OF_MEMORY,
                    where + " was killed at its memory limit" + limit(pod, status.getName())
                            + "; raise resources.limits.memory of the accelerator profile");
        }
        return Json.find(text(end.getMessage()), Failure.class)
                .filter(said -> said.reason() != null && said.message() != null)
                .orElseGet(() -> failure(
                        FailureReason.INTERNAL_ERROR,
                        where + " ended with exit code " + end.getExitCode() + " (" + text(end.getReason())
                                + ") and no word why; see kubectl logs -n "
                                + pod.getMetadata().getNamespace() + " "
                                + pod.getMetadata().getName() + " -c "
                                + status.getName()));
    }

    private static String limit(Pod pod, String container) {
        return Stream.concat(pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream())
                .filter(spec -> spec.getName().equals(container) && spec.getResources() != null)
                .flatMap(spec -> Stream.ofNullable(spec.getResources().getLimits()))
                .flatMap(limits -> Stream.ofNullable(limits.get("memory")))
                .findFirst()
                .map(memory -> " of " + memory)
                .orElse("");
    }

    /** Init containers in their order, then the others. */
    static Stream<ContainerStatus> statuses(Pod pod) {
        return pod.getStatus() == null
                ? Stream.empty()
                : Stream.of(
                                pod.getStatus().getInitContainerStatuses(),
                                pod.getStatus().getContainerStatuses())
                        .flatMap(Stream::ofNullable)
                        .flatMap(List::stream);
    }

    /** Of a pod that has none yet, an empty one. */
    static String phase(Pod pod) {
        return pod.getStatus() == null ? "" : text(pod.getStatus().getPhase());
    }

    private static boolean endedWell(ContainerStateTerminated end) {
        return Integer.valueOf(0).equals(end.getExitCode());
    }

    private static Optional<ContainerStateTerminated> terminated(ContainerStatus status) {
        return Optional.ofNullable(status.getState()).map(state -> state.getTerminated());
    }

    private static String reason(Pod pod) {
        return pod.getStatus() == null ? "" : text(pod.getStatus().getReason());
    }

    static Failure failure(FailureReason reason, String message) {
        String stripped = message.strip();
        return new Failure(
                reason.reason(),
                stripped.length() <= LONGEST_MESSAGE ? stripped : stripped.substring(0, LONGEST_MESSAGE));
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
