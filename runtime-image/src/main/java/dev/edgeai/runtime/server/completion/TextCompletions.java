package dev.edgeai.runtime.server.completion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.server.RefusedException;
import org.jspecify.annotations.Nullable;

import java.util.Map;

/** {@code POST /v1/completions}: goes on from a text. */
final class TextCompletions implements CompletionApi {
    @Override
    public String promptField() {
        return "prompt";
    }

    @Override
    public int[] tokens(LanguageModel model, JsonNode prompt) {
        if (!prompt.isTextual()) {
            throw RefusedException.badRequest("'prompt' must be a string");
        }
        return model.tokenize(prompt.asText(), true, false);
    }

    @Override
    public Map<String, Object> event(String model, String text, @Nullable String finish, boolean stream) {
        return CompletionApi.event("text_completion", model, "text", text, finish);
    }
}
