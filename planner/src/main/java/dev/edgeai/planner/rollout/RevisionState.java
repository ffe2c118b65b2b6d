package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.planner.status.Reason;
import io.soabase.recordbuilder.core.RecordBuilder;

import java.time.Instant;
import java.util.Optional;

/**
 * A revision's Deployment as it was seen.
 *
 * @param replicas pods its spec asks for
 * @param ready pods that are Ready
 * @param unresponsive pods that were ready once, run on, and answer their probe no more
 * @param silentSince since when none of its pods is ready, when that is because they answer no more; absent otherwise
 * @param silenceSeen when the operator first saw that, by its own clock; the other times are those of the nodes
 * @param readySince since when one of its ready pods is so without a break; absent when none is
 * @param runningSince since when a pod runs without having become ready; absent when none does
 * @param leaving ready pods on nodes that take no new pods: somebody is about to drain them
 * @param crashLooping whether a container of its own accord ends again and again
 * @param intact whether its pod template is the one that was applied
 * @param finished whether all its pods are of that template
 * @param failure what a pod's container left in its termination message
 * @param disturbance what the cluster does to its pods
 * @param message why pods are not ready, as the scheduler or the kubelet says it
 */
@RecordBuilder
public record RevisionState(
        int replicas,
        int ready,
        int unresponsive,
        Optional<Instant> silentSince,
        Optional<Instant> silenceSeen,
        Optional<Instant> readySince,
        Optional<Instant> runningSince,
        int leaving,
        boolean crashLooping,
        boolean intact,
        boolean finished,
        Optional<Failure> failure,
        Optional<Disturbance> disturbance,
        Optional<String> message) {

    /** Why pods are not ready, in a sentence. */
    public Optional<String> why() {
        return disturbance
                .map(d -> d.reason() + ": " + d.message())
                .or(() -> failure.map(f -> f.reason() + ": " + f.message()))
                .or(this::message)
                .or(this::unfinished);
    }

    /** What the environment kept from its pods or did to them, in the cluster's words or in their own. */
    Optional<Reason> environment() {
        return disturbance
                .map(Disturbance::reason)
                .or(() -> failure.map(Reason::of).filter(reason -> Blames.of(reason) == Blame.ENVIRONMENT));
    }

    private Optional<String> unfinished() {
        if (!intact) {
            return Optional.of("the Deployment was changed by hand and is repaired");
        }
        return finished ? Optional.empty() : Optional.of("the Deployment has not replaced all its pods yet");
    }

    /** Pods that are there as asked, and nothing to say. */
    public static RevisionState of(int replicas, int ready) {
        return RevisionStateBuilder.builder()
                .replicas(replicas)
                .ready(ready)
                .unresponsive(0)
                .silentSince(Optional.empty())
                .silenceSeen(Optional.empty())
                .readySince(Optional.empty())
                .runningSince(Optional.empty())
                .leaving(0)
                .crashLooping(false)
                .intact(true)
                .finished(true)
                .failure(Optional.empty())
                .disturbance(Optional.empty())
                .message(Optional.empty())
                .build();
    }
}
