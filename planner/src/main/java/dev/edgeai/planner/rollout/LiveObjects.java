package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.rollout.RolloutAction.DeleteDeployment;
import dev.edgeai.planner.rollout.RolloutAction.EnsureDeployment;
import dev.edgeai.planner.rollout.RolloutAction.ScaleDeployment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What Deployments, Services and Jobs a phase wants, as actions on what is there. */
final class LiveObjects {
    private LiveObjects() {}

    /** Exactly this many pods. */
    static Optional<RolloutAction> exactly(Version version, int replicas, RolloutObservation seen) {
        RevisionState state = seen.revisions().get(version.revision());
        if (state == null) {
            return Optional.of(new EnsureDeployment(version, replicas));
        }
        return state.replicas() == replicas
                ? Optional.empty()
                : Optional.of(new ScaleDeployment(version.revision(), replicas));
    }

    /** At least this many pods: nothing that serves is scaled down while another version comes up. */
    static Optional<RolloutAction> atLeast(Version version, int replicas, RolloutObservation seen) {
        return exactly(version, Math.max(replicas, replicas(version, seen)), seen);
    }

    /** Pods its Deployment asks for; 0 without one. */
    static int replicas(Version version, RolloutObservation seen) {
        RevisionState state = seen.revisions().get(version.revision());
        return state == null ? 0 : state.replicas();
    }

    /** Deployments of versions that are no longer known and get no traffic. */
    static List<RolloutAction> garbage(List<Version> live, RolloutObservation seen) {
        Set<String> known = live.stream().map(Version::revision).collect(Collectors.toSet());
        List<RolloutAction> actions = new ArrayList<>();
        seen.revisions().keySet().stream()
                .sorted()
                .filter(r -> !known.contains(r))
                .filter(r -> seen.traffic().map(t -> t.weightOf(r)).orElse(0) == 0)
                .forEach(r -> actions.add(new DeleteDeployment(r)));
        return actions;
    }

    static boolean warmupExists(RolloutObservation seen) {
        return !(seen.warmup() instanceof JobState.Missing<WarmupResult>);
    }
}
