package dev.edgeai.operator.job;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.operator.pod.ContainerEnd;
import dev.edgeai.operator.pod.PodStatuses;
import io.fabric8.kubernetes.api.model.Pod;
import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.stream.Stream;

/** What the containers of a Job's pod left behind when they ended. */
public final class Terminations {
    private static final String DEADLINE_EXCEEDED = "DeadlineExceeded";
    private static final int LONGEST_MESSAGE = 1000;

    private Terminations() {}

    /** The result of a container that ended well; absent when it has not ended, failed, or left no such result. */
    public static <T> Optional<T> result(Pod pod, String container, Class<T> type) {
        return ends(pod)
                .filter(end -> end.container().equals(container))
                .findFirst()
                .filter(ContainerEnd::isWell)
                .flatMap(end -> end.message(type));
    }

    /** Why the pod failed; absent when no container failed and the pod did not either. */
    public static Optional<Failure> failure(Pod pod) {
        Optional<ContainerEnd> failed = ends(pod).filter(end -> !end.isWell()).findFirst();
        if (DEADLINE_EXCEEDED.equals(reason(pod))) {
            return Optional.of(failure(
                    FailureReason.DEADLINE_EXCEEDED,
                    "the pod " + pod.getMetadata().getName() + " took longer than "
                            + pod.getSpec().getActiveDeadlineSeconds() + " s and was ended"
                            + failed.map(end -> " in container " + end.container())
                                    .orElse("")
                            + "; give the search a longer timeout or a smaller dataset"));
        }
        if (failed.isPresent()) {
            return failed.map(ContainerEnd::failureOfJob);
        }
        return PodStatuses.phase(pod)
                .filter("Failed"::equals)
                .map(_ -> failure(
                        FailureReason.INTERNAL_ERROR,
                        "the pod " + pod.getMetadata().getName() + " failed: " + reason(pod) + ' '
                                + text(pod.getStatus().getMessage())));
    }

    private static Stream<ContainerEnd> ends(Pod pod) {
        return PodStatuses.containers(pod).flatMap(container -> ContainerEnd.of(pod, container).stream());
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
