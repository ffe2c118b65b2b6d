package dev.edgeai.planner.status;

/**
 * Why something is as it is.
 *
 * @param reason of a condition or an Event
 * @param message for people, one sentence
 */
public record Explanation(Reason reason, String message) {}
