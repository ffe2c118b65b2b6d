package dev.edgeai.runtime.server.tensor;

import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;
import dev.edgeai.runtime.server.Admission;
import dev.edgeai.runtime.server.AdmittedHandler;
import dev.edgeai.runtime.server.JsonAnswers;
import dev.edgeai.runtime.server.RefusedException;
import dev.edgeai.runtime.server.ServedModel;
import dev.edgeai.runtime.server.ServerMetrics;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** {@code POST /v2/models/{name}/infer}. */
final class InferenceHandler implements AdmittedHandler.Answerer {
    private static final HeaderName JSON_LENGTH = HeaderNames.create("Inference-Header-Content-Length");

    private final ServedModel served;
    private final LoadedModel model;
    private final Map<String, String> outputNames = new HashMap<>(); // as asked for, as the engine answers
    private final Optional<Confidence> confidence;
    private final ServerMetrics metrics;

    InferenceHandler(ServedModel served, LoadedModel model, Optional<Confidence> confidence, ServerMetrics metrics) {
        this.served = served;
        this.model = model;
        model.outputs().forEach(output -> output.otherNames().forEach(other -> outputNames.put(other, output.name())));
        model.outputs().forEach(output -> outputNames.put(output.name(), output.name()));
        this.confidence = confidence;
        this.metrics = metrics;
    }

    @Override
    public void answer(byte[] body, ServerRequest request, ServerResponse response, Admission.Place place)
            throws IOException {
        write(answer(body, request.headers(), place), response);
    }

    private InferenceAnswer answer(byte[] body, ServerRequestHeaders headers, Admission.Place place) {
        InferenceRequest request =
                RequestReader.read(new RequestBody(body, jsonLength(headers, body.length), place::growTensors));
        for (InferenceRequest.RequestedOutput output : request.outputs()) {
            if (!outputNames.containsKey(output.name())) {
                throw RefusedException.badRequest("the model has no output '" + output.name() + "'; it has "
                        + model.outputs().stream().map(TensorInfo::name).toList());
            }
        }
        Map<String, Tensor> outputs = place.runApart(() -> model.infer(request.inputs()));
        InferenceAnswer answer = InferenceAnswer.of(
                served, model, request, name -> outputs.get(Objects.requireNonNull(outputNames.get(name))));
        confidence
                .filter(_ -> AdmittedHandler.origin(headers) == ServerMetrics.Origin.USER)
                .ifPresent(scores -> scores.forEach(outputs, metrics::observeConfidence));
        return answer;
    }

    private static int jsonLength(ServerRequestHeaders headers, int bodyLength) {
        if (!headers.contains(JSON_LENGTH)) {
            return bodyLength;
        }
        try {
            return Integer.parseInt(headers.get(JSON_LENGTH).get());
        } catch (NumberFormatException _) {
            throw RefusedException.badRequest("Inference-Header-Content-Length must be a whole number");
        }
    }

    private static void write(InferenceAnswer answer, ServerResponse response) throws IOException {
        if (answer.isBinary()) {
            byte[] json = answer.json();
            response.header(HeaderValues.create(HeaderNames.CONTENT_TYPE, "application/octet-stream"));
            response.header(HeaderValues.create(JSON_LENGTH, json.length));
            response.send(answer.withBinary(json));
            return;
        }
        response.header(JsonAnswers.CONTENT_TYPE);
        if (answer.isSmall()) {
            response.send(answer.json());
            return;
        }
        try (OutputStream out = response.outputStream()) {
            answer.writeJson(out);
        }
    }
}
