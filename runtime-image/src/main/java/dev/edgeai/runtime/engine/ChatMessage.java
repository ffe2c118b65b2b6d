package dev.edgeai.runtime.engine;

/**
 * One turn of a conversation.
 *
 * @param role {@code system}, {@code user} or {@code assistant}
 * @param content any text
 */
public record ChatMessage(String role, String content) {}
