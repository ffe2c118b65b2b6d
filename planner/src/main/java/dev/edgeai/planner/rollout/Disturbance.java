package dev.edgeai.planner.rollout;

import dev.edgeai.planner.status.Reason;

import java.time.Instant;

/**
 * What keeps a revision's pods from running or took them away: a quota, a node, an image, an eviction. Never the model's
 * fault.
 *
 * @param reason in one word
 * @param message as the cluster says it
 * @param since when it was first so, as far as the cluster tells
 */
public record Disturbance(Reason reason, String message, Instant since) {}
