package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.analysis.LiveMetrics;
import dev.edgeai.planner.analysis.MetricReading;
import dev.edgeai.planner.traffic.Selection;
import dev.edgeai.planner.traffic.TrafficMode;
import dev.edgeai.planner.version.CertifiedVersion;
import dev.edgeai.planner.version.VariantChoice;
import io.soabase.recordbuilder.core.RecordBuilder;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything a target's rollout decision looks at, gathered at one moment.
 *
 * @param wanted the certified version that should serve ({@link VariantChoice}); absent while nothing is certified, then
 *     what serves goes on serving
 * @param replicas pods the target should have
 * @param suspended {@code spec.suspend}
 * @param commands what people ask for by annotation
 * @param revisions Deployments of this target that exist, by revision
 * @param selection which pods the stable Service selects
 * @param traffic where the stable Service (or route) sends requests now; absent when no pod gets any
 * @param warmup the warm-up Job of the candidate
 * @param warmups revisions that have a warm-up Job
 * @param probes revisions that are sent probes
 * @param sameNodes whether pods of candidate and stable run on the same nodes
 * @param live the pods' own metrics: candidate against stable, during the bake stable against previous
 * @param queries readings of metrics with a query of their own, by the metric's name
 */
@RecordBuilder
public record RolloutObservation(
        Optional<CertifiedVersion> wanted,
        int replicas,
        boolean suspended,
        Commands commands,
        Map<String, RevisionState> revisions,
        Selection selection,
        Optional<TrafficMode> traffic,
        JobState<WarmupResult> warmup,
        Set<String> warmups,
        Set<String> probes,
        boolean sameNodes,
        LiveMetrics live,
        Map<String, MetricReading> queries) {
    public RolloutObservation {
        revisions = Map.copyOf(revisions);
        warmups = Set.copyOf(warmups);
        probes = Set.copyOf(probes);
        queries = Map.copyOf(queries);
    }

    /** Ready pods of a revision; 0 when its Deployment does not exist. */
    public int ready(String revision) {
        RevisionState state = revisions.get(revision);
        return state == null ? 0 : state.ready();
    }

    /** Since when none of its pods is ready any more, though they run on. */
    Optional<Instant> silentSince(String revision) {
        return Optional.ofNullable(revisions.get(revision)).flatMap(RevisionState::silentSince);
    }

    /** Whether all pods of a revision are of the template that was applied; so when its Deployment does not exist. */
    boolean asApplied(String revision) {
        RevisionState state = revisions.get(revision);
        return state == null || (state.intact() && state.finished());
    }

    Optional<Disturbance> disturbance(String revision) {
        return Optional.ofNullable(revisions.get(revision)).flatMap(RevisionState::disturbance);
    }
}
