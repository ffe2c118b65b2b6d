package dev.edgeai.runtime.server.completion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.runtime.engine.ChatMessage;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.server.RefusedException;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * {@code POST /v1/chat/completions}: answers a conversation in the model's own template. The template is written around
 * placeholders, so that only its own control tokens become control tokens, never what somebody wrote.
 */
final class ChatCompletions implements CompletionApi {
    private static final Set<String> ROLES = Set.of("system", "user", "assistant");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\[\\[content-(\\d+)]]");

    @Override
    public String promptField() {
        return "messages";
    }

    @Override
    public int[] tokens(LanguageModel model, JsonNode prompt) {
        List<ChatMessage> messages = messages(prompt);
        List<ChatMessage> placeholders = IntStream.range(0, messages.size())
                .mapToObj(i -> new ChatMessage(messages.get(i).role(), "[[content-" + i + "]]"))
                .toList();
        String chat = model.renderChat(placeholders)
                .orElseThrow(() -> RefusedException.badRequest(
                        "the model has no chat template that is known here; use /v1/completions"));
        IntStream.Builder tokens = IntStream.builder();
        Matcher content = PLACEHOLDER.matcher(chat);
        int end = 0;
        int found = 0;
        while (content.find()) {
            add(tokens, model.tokenize(chat.substring(end, content.start()), end == 0, true));
            String text = messages.get(Integer.parseInt(content.group(1))).content();
            add(tokens, model.tokenize(text, false, false));
            end = content.end();
            found++;
        }
        if (found != messages.size()) {
            throw RefusedException.badRequest("the model's chat template takes no such roles in this order");
        }
        add(tokens, model.tokenize(chat.substring(end), false, true));
        return tokens.build().toArray();
    }

    private static void add(IntStream.Builder tokens, int[] more) {
        for (int token : more) {
            tokens.add(token);
        }
    }

    private static List<ChatMessage> messages(JsonNode json) {
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : json) {
            JsonNode role = message.path("role");
            JsonNode content = message.path("content");
            if (message.size() != 2 || !ROLES.contains(role.asText()) || !content.isTextual()) {
                throw RefusedException.badRequest("each of 'messages' must have a 'role' (system, user or assistant)"
                        + " and a 'content' that is a string, and nothing else");
            }
            messages.add(new ChatMessage(role.asText(), content.asText()));
        }
        if (!json.isArray() || messages.isEmpty()) {
            throw RefusedException.badRequest("'messages' must be a list that is not empty");
        }
        return messages;
    }

    @Override
    public Map<String, Object> event(String model, String text, @Nullable String finish, boolean stream) {
        return stream
                ? CompletionApi.event("chat.completion.chunk", model, "delta", Map.of("content", text), finish)
                : CompletionApi.event(
                        "chat.completion", model, "message", Map.of("role", "assistant", "content", text), finish);
    }
}
