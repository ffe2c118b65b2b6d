package dev.edgeai.runtime.server.completion;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What all parts of an answer have in common.
 *
 * @param created when it was begun, seconds since 1970
 * @param model the model's name
 */
record AnswerHead(String id, long created, String model) {
    static AnswerHead of(CompletionApi api, String model) {
        String id = api.idPrefix() + UUID.randomUUID().toString().replace("-", "");
        return new AnswerHead(id, System.currentTimeMillis() / 1_000, model);
    }

    /** A part with one choice, whose text stands in a field that differs by API. */
    Map<String, Object> choice(String object, String field, Object content, @Nullable String finish) {
        Map<String, Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put(field, content);
        choice.put("logprobs", null);
        choice.put("finish_reason", finish);
        Map<String, Object> part = new LinkedHashMap<>();
        part.put("id", id);
        part.put("object", object);
        part.put("created", created);
        part.put("model", model);
        part.put("choices", List.of(choice));
        return part;
    }
}
