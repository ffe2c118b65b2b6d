package dev.edgeai.runtime.engine;

/**
 * A text that a language model has read so far (its key-value cache). Logits are the unnormalized log-probabilities of
 * the next token, one for each token of the vocabulary; arrays that are returned belong to the caller.
 */
public interface LanguageSession extends AutoCloseable {
    /** Most tokens that {@link #score} takes at once: what is held of their logits stays small. */
    int MAX_SCORED = 32;

    /** Tokens of a prompt that a server has read at once; between two such parts a generation can be ended. */
    int PROMPT_PART = 512;

    /** Tokens read so far. */
    int position();

    /**
     * Reads a prompt, or more of it.
     *
     * @param tokens one or more
     * @return logits after the last
     * @throws InvalidInputException there is no such token, or the context is full
     * @throws EngineException the engine failed
     */
    float[] prefill(int[] tokens);

    /**
     * Reads one token, usually the one chosen from the logits before.
     *
     * @return logits after it
     * @throws InvalidInputException there is no such token, or the context is full
     * @throws EngineException the engine failed
     */
    float[] step(int token);

    /**
     * Reads tokens as {@link #prefill} and gives the logits after each.
     *
     * @param tokens 1 to {@value #MAX_SCORED}
     * @return one row for each token; row {@code i} is about the token after {@code tokens[i]}
     * @throws InvalidInputException too many tokens, no such token, or the context is full
     * @throws EngineException the engine failed
     */
    float[][] score(int[] tokens);

    /**
     * Forgets all that was read after the first tokens.
     *
     * @param position how many to keep, 0 to {@link #position()}
     * @return how many are kept: as many as asked for, or 0 where a model of this kind keeps all or nothing
     */
    int rewind(int position);

    /** Forgets all that was read. */
    default void reset() {
        rewind(0);
    }

    @Override
    void close();
}
