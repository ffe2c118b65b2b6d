package dev.edgeai.runtime.server.completion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.runtime.server.RefusedException;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Fields of OpenAI's API: those that are supported, and those that pass with the value that changes nothing, which its
 * clients send by themselves. {@code null} always stands for a field that is not there.
 */
final class OpenAiFields {
    private static final Set<String> SUPPORTED = Set.of(
            "model",
            "max_tokens",
            "max_completion_tokens",
            "temperature",
            "top_p",
            "seed",
            "stop",
            "stream",
            "stream_options");

    private static final Map<String, Predicate<JsonNode>> NEUTRAL = neutral();

    private OpenAiFields() {}

    /**
     * Passes when all that is asked for is done here.
     *
     * @throws RefusedException a field would change the answer; the message names it
     */
    static void requireSupported(JsonNode request, String promptField) {
        request.properties().forEach(field -> {
            String name = field.getKey();
            JsonNode value = field.getValue();
            boolean passes = SUPPORTED.contains(name)
                    || name.equals(promptField)
                    || value.isNull()
                    || NEUTRAL.getOrDefault(name, _ -> false).test(value);
            if (!passes) {
                throw RefusedException.badField(
                        name,
                        NEUTRAL.containsKey(name)
                                ? "'" + name + "' is supported here only with the value that changes nothing, not "
                                        + shown(value)
                                : "'" + name + "' is not supported here");
            }
        });
    }

    private static String shown(JsonNode value) {
        String json = value.toString();
        return json.length() <= 64 ? json : json.substring(0, 64) + "…";
    }

    private static Map<String, Predicate<JsonNode>> neutral() {
        Map<String, Predicate<JsonNode>> neutral = new HashMap<>();
        for (String name : Set.of("user", "safety_identifier", "prompt_cache_key", "metadata")) {
            neutral.put(name, _ -> true); // for whoever keeps records; no part of the question
        }
        for (String name : Set.of("frequency_penalty", "presence_penalty", "top_logprobs")) {
            neutral.put(name, value -> value.isNumber() && value.asDouble() == 0);
        }
        for (String name : Set.of("n", "best_of")) {
            neutral.put(name, value -> value.isNumber() && value.asDouble() == 1);
        }
        for (String name : Set.of("logprobs", "echo", "store")) {
            neutral.put(name, value -> value.isBoolean() && !value.asBoolean());
        }
        for (String name : Set.of("tools", "functions", "logit_bias")) {
            neutral.put(name, value -> value.isContainerNode() && value.isEmpty());
        }
        for (String name : Set.of("tool_choice", "function_call")) {
            neutral.put(name, value -> Set.of("none", "auto").contains(value.asText()));
        }
        neutral.put("parallel_tool_calls", JsonNode::isBoolean); // there are no tools
        neutral.put("service_tier", value -> Set.of("auto", "default").contains(value.asText()));
        neutral.put("suffix", value -> value.isTextual() && value.asText().isEmpty());
        neutral.put(
                "modalities",
                value -> value.size() == 1 && value.path(0).asText().equals("text"));
        neutral.put(
                "response_format",
                value -> value.size() == 1 && value.path("type").asText().equals("text"));
        return neutral;
    }
}
