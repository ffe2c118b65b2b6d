package dev.edgeai.runtime.server.completion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.runtime.engine.ChatMessage;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.server.RefusedException;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * {@code POST /v1/chat/completions}: answers a conversation in the model's own template. The template is written around
 * placeholders, so that only its own control tokens become control tokens, never what somebody wrote.
 */
final class ChatCompletions implements CompletionApi {
    /** As templates know them, by what clients call them. */
    private static final Map<String, String> ROLES =
            Map.of("system", "system", "developer", "system", "user", "user", "assistant", "assistant");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\[\\[content-(\\d+)]]");

    @Override
    public String promptField() {
        return "messages";
    }

    @Override
    public int defaultMaxTokens() {
        return Integer.MAX_VALUE; // to the end of the answer or of the context
    }

    @Override
    public String idPrefix() {
        return "chatcmpl-";
    }

    @Override
    public int[] tokens(LanguageModel model, JsonNode prompt) {
        List<ChatMessage> messages = messages(prompt);
        PromptLength.require(
                model,
                messages.stream()
                        .mapToLong(message -> message.content().length())
                        .sum());
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
        if (!json.isArray() || json.isEmpty()) {
            throw RefusedException.badField("messages", "'messages' must be a list that is not empty");
        }
        List<ChatMessage> messages = new ArrayList<>();
        json.forEach(message -> messages.add(message(message)));
        return messages;
    }

    private static ChatMessage message(JsonNode message) {
        String role = ROLES.get(message.path("role").asText());
        if (role == null) {
            throw RefusedException.badField(
                    "messages", "each of 'messages' must have a 'role': system, developer, user or assistant");
        }
        message.properties().forEach(field -> {
            if (!field.getKey().equals("role") && !field.getKey().equals("content") && !isSilent(field.getValue())) {
                throw RefusedException.badField("messages", "'" + field.getKey() + "' of a message is not supported");
            }
        });
        return new ChatMessage(role, content(message.path("content")));
    }

    /** Whether a field is there without saying anything, as in messages that clients send back. */
    private static boolean isSilent(JsonNode value) {
        return value.isNull() || (value.isContainerNode() && value.isEmpty());
    }

    private static String content(JsonNode content) {
        if (content.isTextual()) {
            return content.asText();
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
                throw noText();
            }
            text.append(part.path("text").asText());
        }
        if (!content.isArray() || content.isEmpty()) {
            throw noText();
        }
        return text.toString();
    }

    private static RefusedException noText() {
        return RefusedException.badField(
                "messages",
                "the 'content' of a message must be a string, or a list of parts {\"type\": \"text\", \"text\": …};"
                        + " this model reads text only");
    }

    @Override
    public Map<String, Object> answer(AnswerHead head, String text, String finish) {
        return head.choice("chat.completion", "message", Map.of("role", "assistant", "content", text), finish);
    }

    @Override
    public Map<String, Object> event(AnswerHead head, String text, @Nullable String finish, boolean first) {
        Map<String, String> delta = first ? Map.of("role", "assistant", "content", text) : Map.of("content", text);
        return head.choice("chat.completion.chunk", "delta", delta, finish);
    }
}
