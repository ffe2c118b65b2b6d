package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.Failure;

import java.util.Optional;

/**
 * A revision's Deployment as it was seen.
 *
 * @param replicas pods its spec asks for
 * @param ready pods that are Ready
 * @param crashLooping whether a pod is in {@code CrashLoopBackOff} or has restarted more than twice
 * @param failure what a pod's container left in its termination message
 * @param message why pods are not ready, as the scheduler or the kubelet says it
 */
public record RevisionState(
        int replicas, int ready, boolean crashLooping, Optional<Failure> failure, Optional<String> message) {}
