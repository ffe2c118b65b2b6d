package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.traffic.TrafficMode;

import java.time.Duration;
import java.util.Optional;

/** One thing to do for a target. Doing it twice does it once; a lost one comes back with the next decision. */
public sealed interface RolloutAction {
    /** All traffic to one revision, or shared. When it takes traffic back it is the only write of its decision. */
    record SetTraffic(TrafficMode mode) implements RolloutAction {}

    /**
     * The preview Service selects this revision only; without one it selects nothing or does not exist. The stable
     * Service's selector belongs to {@link SetTraffic}.
     */
    record EnsureServices(Optional<String> preview) implements RolloutAction {}

    /** Make the Deployment of this version, which does not exist. */
    record EnsureDeployment(Version version, int replicas) implements RolloutAction {}

    /** Change the replicas of a Deployment that exists, and nothing else of it. */
    record ScaleDeployment(String revision, int replicas) implements RolloutAction {}

    /** Remove a Deployment that gets no traffic. */
    record DeleteDeployment(String revision) implements RolloutAction {}

    /** Make the warm-up Job against the preview Service. */
    record StartWarmup(Version version, int requests) implements RolloutAction {}

    /** Remove the warm-up Job of this revision, if it is there. */
    record DeleteWarmup(String revision) implements RolloutAction {}

    /** See that verified requests of our own reach both versions that are compared, each by a Service of its own. */
    record EnsureProbes(Version watched, Version reference) implements RolloutAction {}

    /** End the probes to this revision, if there are any. */
    record DeleteProbes(String revision) implements RolloutAction {}

    /** Tell people, once for each transition. */
    record RecordEvent(boolean warning, Reason reason, String message) implements RolloutAction {}

    /** Look again after this time even if nothing changes; zero: at once. */
    record Requeue(Duration after) implements RolloutAction {}
}
