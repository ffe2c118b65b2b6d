package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.planner.JobState;

import java.util.Map;
import java.util.Optional;

/**
 * Everything a target's rollout decision looks at, gathered at one moment.
 *
 * @param wanted the certified version that should serve ({@link VariantChoice}); absent while nothing is certified, then
 *     what serves goes on serving
 * @param replicas pods the target should have
 * @param suspended {@code spec.suspend}
 * @param promote value of the annotation {@code edgeai.dev/promote}
 * @param retry value of the annotation {@code edgeai.dev/retry}
 * @param revisions Deployments of this target that exist, by revision
 * @param traffic where the stable Service (or route) sends requests now; absent when it does not exist or selects nothing
 * @param warmup the warm-up Job of the candidate
 * @param live the pods' own metrics: candidate against stable, during the bake stable against previous
 * @param queries readings of metrics with a query of their own, by the metric's name
 */
public record RolloutObservation(
        Optional<CertifiedVersion> wanted,
        int replicas,
        boolean suspended,
        Optional<String> promote,
        Optional<String> retry,
        Map<String, RevisionState> revisions,
        Optional<TrafficMode> traffic,
        JobState<WarmupResult> warmup,
        LiveMetrics live,
        Map<String, MetricReading> queries) {
    public RolloutObservation {
        revisions = Map.copyOf(revisions);
        queries = Map.copyOf(queries);
    }

    /** Ready pods of a revision; 0 when its Deployment does not exist. */
    public int ready(String revision) {
        RevisionState state = revisions.get(revision);
        return state == null ? 0 : state.ready();
    }
}
