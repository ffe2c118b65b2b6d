package dev.edgeai.runtime.server.completion;

import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LanguageSession;
import dev.edgeai.runtime.server.Admission;
import dev.edgeai.runtime.server.AdmittedHandler;
import dev.edgeai.runtime.server.BodyReader;
import dev.edgeai.runtime.server.EventStream;
import dev.edgeai.runtime.server.JsonAnswers;
import dev.edgeai.runtime.server.RefusedException;
import dev.edgeai.runtime.server.ServedModel;
import dev.edgeai.runtime.server.ServerMetrics;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerResponse;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Completions of a language model, as OpenAI's API has them: of a text and of a conversation. */
final class LanguageService implements HttpService {
    private final ServedModel served;
    private final LanguageModel model;
    private final AdmittedHandler texts;
    private final AdmittedHandler chats;
    private final DistributionDataPoint firstToken;
    private final DistributionDataPoint betweenTokens;
    private final CounterDataPoint generated;
    private final CounterDataPoint prompted;

    LanguageService(
            ServedModel served, LanguageModel model, Admission admission, ServerMetrics metrics, BodyReader bodies) {
        this.served = served;
        this.model = model;
        texts = new AdmittedHandler(served, admission, metrics, bodies, answerer(new TextCompletions()));
        chats = new AdmittedHandler(served, admission, metrics, bodies, answerer(new ChatCompletions()));
        firstToken = metrics.seconds(
                "edgeai_time_to_first_token_seconds", "From the body read to the first token, waiting included");
        betweenTokens = metrics.seconds("edgeai_inter_token_seconds", "From one token to the next");
        generated = metrics.counter("edgeai_generated_tokens_total", "Tokens written");
        prompted = metrics.counter("edgeai_prompt_tokens_total", "Tokens of prompts read");
    }

    @Override
    public void routing(HttpRules rules) {
        byte[] models = JsonAnswers.bytes(Map.of(
                "object",
                "list",
                "data",
                List.of(Map.of("id", served.name(), "object", "model", "created", 0, "owned_by", "edgeai"))));
        rules.get("/v1/models", (_, response) -> JsonAnswers.send(response, Status.OK_200, models))
                .post("/v1/completions", texts)
                .post("/v1/chat/completions", chats);
    }

    private AdmittedHandler.Answerer answerer(CompletionApi api) {
        return (body, _, response, place) -> answer(api, body, response, place);
    }

    private void answer(CompletionApi api, byte[] body, ServerResponse response, Admission.Place place)
            throws IOException {
        long start = System.nanoTime();
        CompletionRequest completion = CompletionRequest.read(body, served.name(), api.promptField());
        if (!completion.model().equals(served.name())) {
            throw new RefusedException(
                    Status.NOT_FOUND_404.code(),
                    "no model '" + completion.model() + "' here; this server has '" + served.name() + "'");
        }
        int[] prompt = api.tokens(model, completion.prompt());
        if (prompt.length == 0 || prompt.length >= model.contextLength()) {
            throw RefusedException.badRequest("the prompt has " + prompt.length + " tokens; it needs 1 to "
                    + (model.contextLength() - 1) + ", for the context holds " + model.contextLength()
                    + " with the answer");
        }
        if (completion.stream()) {
            stream(api, response, place, completion, prompt, start);
            return;
        }
        StringBuilder text = new StringBuilder();
        Generation done = place.run(() -> generate(completion, prompt, text::append, start));
        Map<String, Object> answer = api.event(served.name(), text.toString(), done.finish(), false);
        answer.put(
                "usage",
                Map.of(
                        "prompt_tokens", done.promptTokens(),
                        "completion_tokens", done.tokens(),
                        "total_tokens", done.promptTokens() + done.tokens()));
        JsonAnswers.send(response, Status.OK_200, JsonAnswers.bytes(answer));
    }

    /** The generation ends with the first piece that the client does not take. */
    private void stream(
            CompletionApi api,
            ServerResponse response,
            Admission.Place place,
            CompletionRequest completion,
            int[] prompt,
            long start)
            throws IOException {
        EventStream events = new EventStream(response);
        try {
            Generation done = place.run(() -> generate(
                    completion,
                    prompt,
                    piece -> events.send(JsonAnswers.bytes(api.event(served.name(), piece, null, true))),
                    start));
            events.send(JsonAnswers.bytes(api.event(served.name(), "", done.finish(), true)));
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
}
