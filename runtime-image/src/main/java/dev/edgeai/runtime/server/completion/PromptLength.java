package dev.edgeai.runtime.server.completion;

import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.server.RefusedException;

/** How long a prompt may be: in characters before it is cut into tokens, and in tokens. */
final class PromptLength {
    /** Tokens have a few characters; whole contexts of longer ones are no text. */
    private static final int MOST_CHARACTERS_PER_TOKEN = 32;

    private PromptLength() {}

    /**
     * Passes when a text of so many characters may fit into the context.
     *
     * @throws RefusedException it cannot
     */
    static void require(LanguageModel model, long characters) {
        long most = (long) model.contextLength() * MOST_CHARACTERS_PER_TOKEN;
        if (characters > most) {
            throw RefusedException.badRequest("the prompt has " + characters + " characters; at most " + most
                    + " are read, for the context holds " + model.contextLength() + " tokens with the answer");
        }
    }

    /**
     * Passes when the tokens leave room for an answer.
     *
     * @throws RefusedException there are none, or too many
     */
    static void require(LanguageModel model, int[] prompt) {
        if (prompt.length == 0 || prompt.length >= model.contextLength()) {
            throw RefusedException.badRequest("the prompt has " + prompt.length + " tokens; it needs 1 to "
                    + (model.contextLength() - 1) + ", for the context holds " + model.contextLength()
                    + " with the answer");
        }
    }
}
