package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.planner.rollout.RolloutAction.EnsureDeployment;
import dev.edgeai.planner.rollout.RolloutAction.ScaleDeployment;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What to do and what to write.
 *
 * @param actions in this order, before the status is written
 * @param status the next status of the target
 */
public record RolloutDecision(TargetStatus status, List<RolloutAction> actions) {
    public RolloutDecision {
        actions = List.copyOf(actions);
    }

    /** Pods that it has the Deployment of a revision ask for; absent when it leaves them as they are. */
    public Optional<Integer> pods(String revision) {
        return actions.stream()
                .flatMap(action -> switch (action) {
                    case EnsureDeployment(Version version, int replicas)
                    when version.revision().equals(revision) -> Stream.of(replicas);
                    case ScaleDeployment(String scaled, int replicas)
                    when scaled.equals(revision) -> Stream.of(replicas);
                    default -> Stream.<Integer>empty();
                })
                .reduce((first, last) -> last);
    }
}
