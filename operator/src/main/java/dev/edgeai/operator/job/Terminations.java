package dev.edgeai.operator.job;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
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
                .filter(status -> status.getName().equals(container))
                .findFirst()
                .flatMap(Terminations::terminated)
                .filter(end -> end.getExitCode() == 0)
                .flatMap(end -> Json.read(text(end.getMessage()), type));
    }

    /** Why the pod failed; absent when no container failed and the pod did not either. */
    public static Optional<Failure> failure(Pod pod) {
        Optional<ContainerStatus> failed = statuses(pod)
                .filter(status ->
                        terminated(status).filter(end -> end.getExitCode() != 0).isPresent())
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
        return Optional.ofNullable(pod.getStatus())
                .filter(status -> "Failed".equals(status.getPhase()))
                .map(status -> failure(
                        FailureReason.INTERNAL_ERROR,
                        "the pod " + pod.getMetadata().getName() + " failed: " + reason(pod) + ' '
                                + text(status.getMessage())));
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
        return Json.read(text(end.getMessage()), Failure.class)
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
        return Stream.of(pod.getSpec().getInitContainers(), pod.getSpec().getContainers())
                .flatMap(Stream::ofNullable)
                .flatMap(List::stream)
                .filter(spec -> spec.getName().equals(container) && spec.getResources() != null)
                .flatMap(spec -> Stream.ofNullable(spec.getResources().getLimits()))
                .flatMap(limits -> Stream.ofNullable(limits.get("memory")))
                .findFirst()
                .map(memory -> " of " + memory)
                .orElse("");
    }

    /** Init containers in their order, then the others. */
    static Stream<ContainerStatus> statuses(Pod pod) {
        return Stream.ofNullable(pod.getStatus())
                .flatMap(status -> Stream.of(status.getInitContainerStatuses(), status.getContainerStatuses()))
                .flatMap(Stream::ofNullable)
                .flatMap(List::stream);
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
