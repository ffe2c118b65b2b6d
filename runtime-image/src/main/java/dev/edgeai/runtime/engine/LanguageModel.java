package dev.edgeai.runtime.engine;

import java.util.List;
import java.util.Optional;

/**
 * A causal language model with its tokenizer. Safe for use by several threads at once; a session is used by one at a
 * time. A token is a number from 0 to {@link #vocabularySize()} - 1.
 */
public interface LanguageModel extends AutoCloseable {
    /** Number of different tokens, which is the number of logits. */
    int vocabularySize();

    /** Most tokens of one session, prompt and answer together. */
    int contextLength();

    /**
     * Cuts text into tokens.
     *
     * @param text any text
     * @param start whether the model's start token goes before it, where the model wants one
     * @param markup whether control tokens written in the text ({@code <|im_start|>}) become control tokens; never for
     *     text of strangers
     */
    int[] tokenize(String text, boolean start, boolean markup);

    /**
     * The UTF-8 bytes a token stands for, which may be a part of a character; none for control tokens.
     *
     * @throws InvalidInputException there is no such token
     */
    byte[] bytes(int token);

    /**
     * Whether an answer ends with this token.
     *
     * @throws InvalidInputException there is no such token
     */
    boolean endsGeneration(int token);

    /** The model's own chat template (Jinja), where it has one. */
    Optional<String> chatTemplate();

    /**
     * Writes a conversation as the model's own template has it, up to where its answer begins.
     *
     * @return empty where it has no template that the engine knows
     */
    Optional<String> renderChat(List<ChatMessage> messages);

    /**
     * Opens an empty session, with memory for {@link #contextLength()} tokens.
     *
     * @throws EngineException the engine gives no more memory
     */
    LanguageSession open();

    /** Closes the sessions that are still open too; waits for their steps in flight. */
    @Override
    void close();
}
