package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.planner.rollout.RolloutAction.DeleteDeployment;
import dev.edgeai.planner.rollout.RolloutAction.EnsureDeployment;
import dev.edgeai.planner.rollout.RolloutAction.ScaleDeployment;
import dev.edgeai.planner.traffic.Selection;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What Deployments a phase wants, as actions on what is there. */
final class LiveObjects {
    private LiveObjects() {}

    /**
     * This many pods, of the template that was applied. A pod on a node that is about to be drained is not counted: another
     * one comes up elsewhere first.
     */
    static Optional<RolloutAction> exactly(Version version, int replicas, RolloutObservation seen) {
        RevisionState state = seen.revisions().get(version.revision());
        if (state == null) {
            return Optional.of(new EnsureDeployment(version, replicas));
        }
        int wanted = replicas == 0 ? 0 : replicas + state.leaving();
        if (!state.intact()) {
            return Optional.of(new EnsureDeployment(version, wanted));
        }
        return state.replicas() == wanted
                ? Optional.empty()
                : Optional.of(new ScaleDeployment(version.revision(), wanted));
    }

    /** At least this many pods: nothing that serves is scaled down while another version comes up. */
    static Optional<RolloutAction> atLeast(Version version, int replicas, RolloutObservation seen) {
        RevisionState state = seen.revisions().get(version.revision());
        int there = state == null ? 0 : state.replicas() - state.leaving();
        return exactly(version, Math.max(replicas, there), seen);
    }

    /** Pods its Deployment asks for; 0 without one. */
    static int replicas(Version version, RolloutObservation seen) {
        RevisionState state = seen.revisions().get(version.revision());
        return state == null ? 0 : state.replicas();
    }

    /** Deployments of versions that are no longer known, unless they are the only ones that users reach. */
    static List<RolloutAction> garbage(List<Version> live, RolloutObservation seen) {
        Set<String> known = live.stream().map(Version::revision).collect(Collectors.toSet());
        boolean knownAnswer = known.stream().anyMatch(r -> seen.ready(r) > 0);
        List<RolloutAction> actions = new ArrayList<>();
        seen.revisions().keySet().stream()
                .sorted()
                .filter(r -> !known.contains(r))
                .filter(r -> switch (seen.selection()) {
                    case Selection.Nothing _ -> true;
                    case Selection.One(String selected) -> !selected.equals(r);
                    case Selection.All _ -> knownAnswer;
                })
                .forEach(r -> actions.add(new DeleteDeployment(r)));
        return actions;
    }
}
