package dev.edgeai.api.trial;

/**
 * Termination message of a container that failed.
 *
 * @param reason one word of {@link FailureReason}, or a framework's own in PascalCase
 * @param message a sentence: what was wrong, where, what to do next; at most 1,000 characters
 */
public record Failure(String reason, String message) {}
