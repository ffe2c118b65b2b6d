package dev.edgeai.runtime.server.completion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.server.RefusedException;
import org.jspecify.annotations.Nullable;

import java.util.Map;

/** {@code POST /v1/completions}: goes on from a text. */
final class TextCompletions implements CompletionApi {
    private static final String OBJECT = "text_completion";

    @Override
    public String promptField() {
        return "prompt";
    }

    @Override
    public int defaultMaxTokens() {
        return 16;
    }

    @Override
    public String idPrefix() {
        return "cmpl-";
    }

    @Override
    public int[] tokens(LanguageModel model, JsonNode prompt) {
        JsonNode text = prompt.isArray() && prompt.size() == 1 ? prompt.get(0) : prompt;
        if (!text.isTextual()) {
            throw RefusedException.badField("prompt", "'prompt' must be a string, or a list of one");
        }
        PromptLength.require(model, text.asText().length());
        return model.tokenize(text.asText(), true, false);
    }

    @Override
    public Map<String, Object> answer(AnswerHead head, String text, String finish) {
        return head.choice(OBJECT, "text", text, finish);
    }

    @Override
    public Map<String, Object> event(AnswerHead head, String text, @Nullable String finish, boolean first) {
        return head.choice(OBJECT, "text", text, finish);
    }
}
