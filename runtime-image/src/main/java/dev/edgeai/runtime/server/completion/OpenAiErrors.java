package dev.edgeai.runtime.server.completion;

import dev.edgeai.runtime.server.ApiError;
import dev.edgeai.runtime.server.JsonAnswers;
import io.helidon.http.Status;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Errors as OpenAI's API has them, whose clients show the reason only of such. */
final class OpenAiErrors {
    private OpenAiErrors() {}

    static ApiError noModel(String asked, String served) {
        return new ApiError(
                Status.NOT_FOUND_404,
                "no model '" + asked + "' here; this server has '" + served + "'",
                Optional.of("model"));
    }

    static byte[] bytes(ApiError error) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("message", error.message());
        members.put("type", error.isCallers() ? "invalid_request_error" : "server_error");
        members.put("param", error.field().orElse(null));
        members.put("code", error.status().equals(Status.NOT_FOUND_404) ? "model_not_found" : null);
        return JsonAnswers.bytes(Map.of("error", members));
    }
}
