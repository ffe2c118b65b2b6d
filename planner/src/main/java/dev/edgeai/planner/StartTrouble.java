package dev.edgeai.planner;

import dev.edgeai.planner.status.Reason;

import java.util.List;
import java.util.Optional;

/**
 * What keeps a pod from being made or from starting, in Kubernetes' words, and what that is called here. None of it tells
 * anything about a model.
 */
public final class StartTrouble {
    /** The Job that is to make the pod has {@code spec.suspend}. */
    public static final String JOB_SUSPENDED = "JobSuspended";

    /**
     * One line of the table.
     *
     * @param word reason of an event, of a condition or of a waiting container
     * @param part what the message has in it; empty: anything
     */
    private record Line(String word, String part, Reason reason) {}

    /** The first line that fits counts. */
    private static final List<Line> TABLE = List.of(
            new Line("FailedCreate", "exceeded quota", Reason.QUOTA_EXCEEDED),
            new Line("FailedCreate", "", Reason.POD_REFUSED), // LimitRange, Pod Security, webhooks, service account
            new Line("Unschedulable", "", Reason.UNSCHEDULABLE),
            new Line("SchedulingGated", "", Reason.UNSCHEDULABLE),
            new Line(JOB_SUSPENDED, "", Reason.UNSCHEDULABLE),
            new Line("FailedMount", "", Reason.MOUNT_FAILED),
            new Line("FailedAttachVolume", "", Reason.MOUNT_FAILED),
            new Line("CreateContainerConfigError", "", Reason.MOUNT_FAILED), // a Secret or ConfigMap that is not there
            new Line("ErrImagePull", "", Reason.IMAGE_PULL_FAILED),
            new Line("ImagePullBackOff", "", Reason.IMAGE_PULL_FAILED),
            new Line("InvalidImageName", "", Reason.IMAGE_PULL_FAILED),
            new Line("ErrImageNeverPull", "", Reason.IMAGE_PULL_FAILED),
            new Line("RegistryUnavailable", "", Reason.IMAGE_PULL_FAILED),
            new Line("ImageInspectError", "", Reason.IMAGE_PULL_FAILED),
            new Line("SignatureValidationFailed", "", Reason.IMAGE_PULL_FAILED),
            new Line("FailedCreatePodSandBox", "", Reason.POD_REFUSED),
            new Line("CreateContainerError", "", Reason.POD_REFUSED),
            new Line("RunContainerError", "", Reason.POD_REFUSED));

    private StartTrouble() {}

    /** The reason of a trouble; absent when the word means none. */
    public static Optional<Reason> reason(String word, String message) {
        return TABLE.stream()
                .filter(line -> line.word.equals(word) && message.contains(line.part))
                .map(Line::reason)
                .findFirst();
    }

    /** The next step of whoever reads of it. */
    public static String remedy(Reason reason) {
        return switch (reason) {
            case QUOTA_EXCEEDED -> "raise the namespace's quota or free what it counts";
            case POD_REFUSED -> "change the LimitRange, policy or webhook that refuses it, or the profile's resources";
            case MOUNT_FAILED -> "make the Secret or volume that it names in this namespace, or name another";
            case IMAGE_PULL_FAILED -> "see that the image exists and that its node may pull it";
            case UNSCHEDULABLE -> "free resources or add a node";
            default -> "see kubectl describe";
        };
    }
}
