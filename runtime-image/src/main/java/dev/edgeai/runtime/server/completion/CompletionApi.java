package dev.edgeai.runtime.server.completion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.server.RefusedException;
import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What differs between the ways to ask for text. */
interface CompletionApi {
    /** Field of the body that holds what to go on from. */
    String promptField();

    /**
     * That field as tokens.
     *
     * @throws RefusedException it is malformed, or the model cannot take it
     */
    int[] tokens(LanguageModel model, JsonNode prompt);

    /** An answer without its usage, or an event of one. */
    Map<String, Object> event(String model, String text, @Nullable String finish, boolean stream);

    /** What both APIs wrap around a text. */
    static Map<String, Object> event(
            String object, String model, String field, Object content, @Nullable String finish) {
        Map<String, Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put(field, content);
        choice.put("finish_reason", finish);
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("object", object);
        event.put("model", model);
        event.put("choices", List.of(choice));
        return event;
    }
}
