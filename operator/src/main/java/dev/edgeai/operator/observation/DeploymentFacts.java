package dev.edgeai.operator.observation;

import dev.edgeai.planner.Times;
import dev.edgeai.planner.rollout.Disturbance;
import dev.edgeai.planner.status.Reason;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What a serving Deployment says of itself; any field that the API calls optional may be absent. */
final class DeploymentFacts {
    private DeploymentFacts() {}

    /** Pods that its spec asks for; the API's default is one. */
    static int replicas(Deployment deployment) {
        return Optional.ofNullable(deployment.getSpec())
                .map(spec -> spec.getReplicas())
                .orElse(1);
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
        return Times.read(condition.getLastTransitionTime()).orElse(now);
    }
}
