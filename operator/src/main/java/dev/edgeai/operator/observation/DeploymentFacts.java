package dev.edgeai.operator.observation;

import dev.edgeai.operator.Services;
import dev.edgeai.planner.rollout.Disturbance;
import dev.edgeai.planner.status.Reason;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What a serving Deployment says of itself; any field that the API calls optional may be absent. */
final class DeploymentFacts {
    /** Who keeps a Deployment's status and its revision annotation. */
    private static final String CONTROLLER = "kube-controller-manager";

    private DeploymentFacts() {}

    /** Pods that its spec asks for; the API's default is one. */
    static int replicas(Deployment deployment) {
        return Optional.ofNullable(deployment.getSpec())
                .map(spec -> spec.getReplicas())
                .orElse(1);
    }

    /** Whether nobody but the operator has a say in how its pods are made. */
    static boolean isIntact(Deployment deployment) {
        List<ManagedFieldsEntry> entries = deployment.getMetadata().getManagedFields();
        return entries == null
                || entries.stream()
                        .filter(entry -> !Services.FIELD_MANAGER.equals(entry.getManager())
                                && !CONTROLLER.equals(entry.getManager()))
                        .noneMatch(DeploymentFacts::ownsPodSpec);
    }

    /** Whether its controller has seen its spec and all its pods are made by it. */
    static boolean isFinished(Deployment deployment) {
        DeploymentStatus status = deployment.getStatus();
        if (status == null) {
            return replicas(deployment) == 0;
        }
        long observed = Objects.requireNonNullElse(status.getObservedGeneration(), 0L);
        long generation = Objects.requireNonNullElse(deployment.getMetadata().getGeneration(), 0L);
        int updated = Objects.requireNonNullElse(status.getUpdatedReplicas(), 0);
        int all = Objects.requireNonNullElse(status.getReplicas(), 0);
        return observed >= generation && updated >= replicas(deployment) && updated == all;
    }

    /** Why no pods are made: a quota, a limit range, an admission webhook. */
    static Optional<Disturbance> refused(Deployment deployment, Instant now) {
        return Optional.ofNullable(deployment.getStatus()).map(DeploymentStatus::getConditions).stream()
                .flatMap(List::stream)
                .filter(c -> "ReplicaFailure".equals(c.getType()) && "True".equals(c.getStatus()))
                .findFirst()
                .map(c -> new Disturbance(
                        isQuota(c) ? Reason.QUOTA_EXCEEDED : Reason.POD_REFUSED,
                        "pods of Deployment %s are refused: %s"
                                .formatted(deployment.getMetadata().getName(), c.getMessage()),
                        since(c, now)));
    }

    /** The API server's quota plugin has no reason of its own, only these words. */
    private static boolean isQuota(DeploymentCondition condition) {
        return condition.getMessage() != null && condition.getMessage().contains("exceeded quota");
    }

    private static Instant since(DeploymentCondition condition, Instant now) {
        try {
            return condition.getLastTransitionTime() == null ? now : Instant.parse(condition.getLastTransitionTime());
        } catch (DateTimeException e) {
            return now;
        }
    }

    private static boolean ownsPodSpec(ManagedFieldsEntry entry) {
        return Optional.ofNullable(entry.getFieldsV1())
                .map(FieldsV1::getAdditionalProperties)
                .flatMap(fields -> child(fields, "f:spec"))
                .flatMap(fields -> child(fields, "f:template"))
                .flatMap(fields -> child(fields, "f:spec"))
                .isPresent();
    }

    private static Optional<Map<?, ?>> child(Map<?, ?> fields, String name) {
        return fields.get(name) instanceof Map<?, ?> found ? Optional.of(found) : Optional.empty();
    }
}
