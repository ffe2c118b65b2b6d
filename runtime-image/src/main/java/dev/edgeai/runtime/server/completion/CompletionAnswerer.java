package dev.edgeai.runtime.server.completion;

import dev.edgeai.runtime.server.Admission;
import dev.edgeai.runtime.server.AdmittedHandler;
import dev.edgeai.runtime.server.ApiError;
import dev.edgeai.runtime.server.EventStream;
import dev.edgeai.runtime.server.JsonAnswers;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

import java.io.IOException;
import java.util.Map;

/** Answers a completion, whole or as a stream. A generation ends when its caller goes away. */
record CompletionAnswerer(String served, CompletionApi api, Generator generator) implements AdmittedHandler.Answerer {
    @Override
    public void answer(byte[] body, ServerRequest request, ServerResponse response, Admission.Place place)
            throws IOException {
        long start = System.nanoTime();
        CompletionRequest completion = generator.read(body, served, api);
        Generator.Task task = new Generator.Task(completion, place, start);
        AnswerHead head = AnswerHead.of(api, served);
        if (completion.stream()) {
            stream(task, head, new EventStream(response, this::error));
            return;
        }
        StringBuilder text = new StringBuilder();
        Generation done = generator.run(task, text::append);
        Map<String, Object> answer = api.answer(head, text.toString(), done.finish());
        answer.put("usage", done.usage());
        JsonAnswers.send(response, Status.OK_200, JsonAnswers.bytes(answer));
    }

    private void stream(Generator.Task task, AnswerHead head, EventStream events) throws IOException {
        try {
            Generation done = generator.run(
                    task, piece -> events.send(JsonAnswers.bytes(api.event(head, piece, null, !events.hasBegun()))));
            Map<String, Object> last = api.event(head, "", done.finish(), !events.hasBegun());
            events.send(JsonAnswers.bytes(last));
            if (task.request().tellsUsage()) {
                events.send(JsonAnswers.bytes(done.usageOf(last)));
            }
            events.done();
        } catch (RuntimeException e) {
            throw events.failed(e);
        }
    }

    @Override
    public byte[] error(ApiError error) {
        return OpenAiErrors.bytes(error);
    }
}
