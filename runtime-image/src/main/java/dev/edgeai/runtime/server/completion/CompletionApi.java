package dev.edgeai.runtime.server.completion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.server.RefusedException;
import org.jspecify.annotations.Nullable;

import java.util.Map;

/** What differs between the ways to ask for text. */
interface CompletionApi {
    /** Field of the body that holds what to go on from. */
    String promptField();

    /** Most tokens of an answer for which none were named. */
    int defaultMaxTokens();

    /** What the ids of its answers begin with. */
    String idPrefix();

    /**
     * That field as tokens.
     *
     * @throws RefusedException it is malformed, or the model cannot take it
     */
    int[] tokens(LanguageModel model, JsonNode prompt);

    /** An answer without its usage. */
    Map<String, Object> answer(AnswerHead head, String text, String finish);

    /**
     * An event of an answer.
     *
     * @param first whether it is the answer's first
     */
    Map<String, Object> event(AnswerHead head, String text, @Nullable String finish, boolean first);
}
