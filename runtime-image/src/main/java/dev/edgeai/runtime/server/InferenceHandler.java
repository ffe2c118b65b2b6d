package dev.edgeai.runtime.server;

import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.InvalidInputException;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;
import dev.edgeai.runtime.server.ServerMetrics.Outcome;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code POST /v2/models/{name}/infer}. Each request is counted once, by how it ended. */
final class InferenceHandler implements Handler {
    private static final Logger LOG = LoggerFactory.getLogger(InferenceHandler.class);
    private static final HeaderName JSON_LENGTH = HeaderNames.create("Inference-Header-Content-Length");

    private final ServedModel model;
    private final Set<String> outputNames;
    private final Optional<Confidence> confidence;
    private final Admission admission;
    private final ServerMetrics metrics;
    private final int maxRequestBytes;

    InferenceHandler(
            ServedModel model,
            Optional<Confidence> confidence,
            Admission admission,
            ServerMetrics metrics,
            int maxRequestBytes) {
        this.model = model;
        this.outputNames =
                model.model().outputs().stream().map(TensorInfo::name).collect(Collectors.toUnmodifiableSet());
        this.confidence = confidence;
        this.admission = admission;
        this.metrics = metrics;
        this.maxRequestBytes = maxRequestBytes;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        Outcome outcome = Outcome.ERROR;
        try {
            outcome = admit(request, response);
        } catch (RefusedException e) {
            outcome = Outcome.INVALID;
            refuse(request, response, e);
        } catch (InvalidInputException e) {
            outcome = Outcome.INVALID;
            Json.sendError(response, Status.BAD_REQUEST_400, e);
        } catch (IOException e) {
            outcome = Outcome.INVALID; // the caller went away before the answer was ready
            throw new UncheckedIOException(e);
        } catch (OutOfMemoryError e) {
            outcome = Outcome.OVERLOADED;
            LOG.error("out of memory for a request; raise the memory limit or lower --max-request-bytes", e);
            overloaded(response, "the server is out of memory for a request of this size");
        } catch (EngineException e) {
            LOG.error("inference failed: {}", e.getMessage());
            Json.sendError(response, Status.INTERNAL_SERVER_ERROR_500, e);
        } catch (RuntimeException e) {
            LOG.error("inference failed", e);
            Json.sendError(response, Status.INTERNAL_SERVER_ERROR_500, "inference failed: " + e.getMessage());
        } finally {
            metrics.count(outcome);
        }
    }

    private Outcome admit(ServerRequest request, ServerResponse response) throws IOException {
        ModelPath.require(request, model);
        long bytes = request.headers().contentLength().orElse(maxRequestBytes);
        if (bytes > maxRequestBytes) {
            throw tooLarge();
        }
        Optional<Admission.Place> admitted = admission.enter(bytes);
        if (admitted.isEmpty()) {
            overloaded(response, "the server is at its limit of waiting requests; try again or add replicas");
            return Outcome.OVERLOADED;
        }
        try (Admission.Place place = admitted.get()) {
            byte[] body = readBody(request);
            long start = System.nanoTime();
            InferenceAnswer answer = answer(body, request.headers(), place);
            write(answer, response);
            metrics.observeDuration(System.nanoTime() - start);
            return Outcome.OK;
        }
    }

    private byte[] readBody(ServerRequest request) throws IOException {
        if (!request.content().hasEntity()) {
            throw RefusedException.badRequest("the body is empty; send a JSON object with 'inputs'");
        }
        try (InputStream in = request.content().inputStream()) {
            long length = request.headers().contentLength().orElse(-1);
            if (length < 0) {
                byte[] body = in.readNBytes(maxRequestBytes + 1);
                if (body.length > maxRequestBytes) {
                    throw tooLarge();
                }
                return body;
            }
            byte[] body = new byte[(int) length];
            int read = in.readNBytes(body, 0, body.length);
            if (read < body.length) {
                throw RefusedException.badRequest("the body ended after " + read + " of " + length + " bytes");
            }
            return body;
        }
    }

    private InferenceAnswer answer(byte[] body, ServerRequestHeaders headers, Admission.Place place) {
        InferenceRequest request = RequestReader.read(new RequestBody(body, jsonLength(headers, body.length)));
        for (InferenceRequest.RequestedOutput output : request.outputs()) {
            if (!outputNames.contains(output.name())) {
                throw RefusedException.badRequest(
                        "the model has no output '" + output.name() + "'; it has " + outputNames);
            }
        }
        Map<String, Tensor> outputs = place.run(() -> model.model().infer(request.inputs()));
        InferenceAnswer answer = InferenceAnswer.of(model, request, outputs);
        confidence.ifPresent(scores -> scores.forEach(outputs, metrics::observeConfidence));
        return answer;
    }

    private static int jsonLength(ServerRequestHeaders headers, int bodyLength) {
        if (!headers.contains(JSON_LENGTH)) {
            return bodyLength;
        }
        try {
            return Integer.parseInt(headers.get(JSON_LENGTH).get());
        } catch (NumberFormatException e) {
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
        response.header(Json.CONTENT_TYPE);
        if (answer.isSmall()) {
            response.send(answer.json());
            return;
        }
        try (OutputStream out = response.outputStream()) {
            answer.writeJson(out);
        }
    }

    private RefusedException tooLarge() {
        return new RefusedException(
                Status.REQUEST_ENTITY_TOO_LARGE_413.code(),
                "the body is larger than this server's limit of " + maxRequestBytes
                        + " bytes; send fewer samples at once, use the binary tensor extension, or raise"
                        + " --max-request-bytes");
    }

    private static void refuse(ServerRequest request, ServerResponse response, RefusedException refused) {
        if (request.headers().contains(HeaderNames.EXPECT)) {
            response.header(HeaderValues.CONNECTION_CLOSE); // the caller may keep the body to itself
        }
        Json.sendError(response, Status.create(refused.status()), refused);
    }

    private static void overloaded(ServerResponse response, String message) {
        response.header(HeaderValues.create(HeaderNames.RETRY_AFTER, 1));
        Json.sendError(response, Status.SERVICE_UNAVAILABLE_503, message);
    }
}
