package dev.edgeai.runtime.server;

import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LanguageSession;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Completions of a language model, as OpenAI's API has them: {@code /v1/completions} and {@code /v1/models}. */
final class LanguageService implements HttpService, AdmittedHandler.Answerer {
    private final ServedModel served;
    private final LanguageModel model;
    private final AdmittedHandler handler;
    private final DistributionDataPoint firstToken;
    private final DistributionDataPoint betweenTokens;
    private final CounterDataPoint generated;
    private final CounterDataPoint prompted;

    LanguageService(
            ServedModel served, LanguageModel model, Admission admission, ServerMetrics metrics, BodyReader bodies) {
        this.served = served;
        this.model = model;
        handler = new AdmittedHandler(served, admission, metrics, bodies, this);
        firstToken = metrics.seconds(
                "edgeai_time_to_first_token_seconds", "From the body read to the first token, waiting included");
        betweenTokens = metrics.seconds("edgeai_inter_token_seconds", "From one token to the next");
        generated = metrics.counter("edgeai_generated_tokens_total", "Tokens written");
        prompted = metrics.counter("edgeai_prompt_tokens_total", "Tokens of prompts read");
    }

    @Override
    public void routing(HttpRules rules) {
        byte[] models = Json.bytes(Map.of(
                "object",
                "list",
                "data",
                List.of(Map.of("id", served.name(), "object", "model", "created", 0, "owned_by", "edgeai"))));
        rules.get("/v1/models", (request, response) -> Json.send(response, Status.OK_200, models))
                .post("/v1/completions", handler);
    }

    @Override
    public void answer(byte[] body, ServerRequest request, ServerResponse response, Admission.Place place)
            throws IOException {
        long start = System.nanoTime();
        CompletionRequest completion = CompletionRequest.read(body, served.name());
        if (!completion.model().equals(served.name())) {
            throw new RefusedException(
                    Status.NOT_FOUND_404.code(),
                    "no model '" + completion.model() + "' here; this server has '" + served.name() + "'");
        }
        int[] prompt = model.tokenize(completion.prompt(), true, false);
        if (prompt.length == 0 || prompt.length >= model.contextLength()) {
            throw RefusedException.badRequest("the prompt has " + prompt.length + " tokens; it needs 1 to "
                    + (model.contextLength() - 1) + ", for the context holds " + model.contextLength()
                    + " with the answer");
        }
        if (completion.stream()) {
            stream(response, place, completion, prompt, start);
            return;
        }
        StringBuilder text = new StringBuilder();
        Generation done = place.run(() -> generate(completion, prompt, text::append, start));
        Map<String, Object> answer = event(text.toString(), done.finish());
        answer.put(
                "usage",
                Map.of(
                        "prompt_tokens", done.promptTokens(),
                        "completion_tokens", done.tokens(),
                        "total_tokens", done.promptTokens() + done.tokens()));
        Json.send(response, Status.OK_200, Json.bytes(answer));
    }

    /** The generation ends with the first piece that the client does not take. */
    private void stream(
            ServerResponse response, Admission.Place place, CompletionRequest completion, int[] prompt, long start)
            throws IOException {
        EventStream events = new EventStream(response);
        try {
            Generation done = place.run(() ->
                    generate(completion, prompt, piece -> events.send(Json.bytes(event(piece, null))), start));
            events.send(Json.bytes(event("", done.finish())));
            events.done();
        } catch (RuntimeException e) {
            throw events.failed(e);
        }
    }

    private Generation generate(CompletionRequest completion, int[] prompt, Consumer<String> pieces, long start) {
        try (LanguageSession session = model.open()) {
            prompted.inc(prompt.length);
            long[] last = {0};
            return Generation.run(model, session, prompt, completion, pieces, () -> {
                long now = System.nanoTime();
                (last[0] == 0 ? firstToken : betweenTokens).observe((now - (last[0] == 0 ? start : last[0])) / 1e9);
                last[0] = now;
                generated.inc();
            });
        }
    }

    private Map<String, Object> event(String text, @Nullable String finish) {
        Map<String, Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put("text", text);
        choice.put("finish_reason", finish);
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("object", "text_completion");
        event.put("model", served.name());
        event.put("choices", List.of(choice));
        return event;
    }
}
