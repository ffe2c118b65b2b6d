package dev.edgeai.runtime.server.completion;

import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.server.Admission;
import dev.edgeai.runtime.server.AdmittedHandler;
import dev.edgeai.runtime.server.BodyReader;
import dev.edgeai.runtime.server.JsonAnswers;
import dev.edgeai.runtime.server.ServedModel;
import dev.edgeai.runtime.server.ServerMetrics;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

import java.util.List;
import java.util.Map;

/** Completions of a language model, as OpenAI's API has them: of a text and of a conversation. */
final class LanguageService implements HttpService {
    private final ServedModel served;
    private final AdmittedHandler texts;
    private final AdmittedHandler chats;
    private final Map<String, Object> about;

    LanguageService(
            ServedModel served, LanguageModel model, Admission admission, ServerMetrics metrics, BodyReader bodies) {
        this.served = served;
        Generator generator = new Generator(model, metrics);
        texts = handler(new TextCompletions(), generator, admission, metrics, bodies);
        chats = handler(new ChatCompletions(), generator, admission, metrics, bodies);
        about = Map.of(
                "id",
                served.name(),
                "object",
                "model",
                "created",
                System.currentTimeMillis() / 1_000,
                "owned_by",
                "edgeai");
    }

    private AdmittedHandler handler(
            CompletionApi api, Generator generator, Admission admission, ServerMetrics metrics, BodyReader bodies) {
        return new AdmittedHandler(
                served, admission, metrics, bodies, new CompletionAnswerer(served.name(), api, generator));
    }

    @Override
    public void routing(HttpRules rules) {
        byte[] models = JsonAnswers.bytes(Map.of("object", "list", "data", List.of(about)));
        rules.get("/v1/models", (_, response) -> JsonAnswers.send(response, Status.OK_200, models))
                .get("/v1/models/{id}", this::model)
                .post("/v1/completions", texts)
                .post("/v1/chat/completions", chats);
    }

    private void model(ServerRequest request, ServerResponse response) {
        String id = request.path().pathParameters().get("id");
        if (id.equals(served.name())) {
            JsonAnswers.send(response, Status.OK_200, JsonAnswers.bytes(about));
        } else {
            JsonAnswers.send(
                    response, Status.NOT_FOUND_404, OpenAiErrors.bytes(OpenAiErrors.noModel(id, served.name())));
        }
    }
}
