package dev.edgeai.runtime.server;

import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.InvalidInputException;
import dev.edgeai.runtime.server.ServerMetrics.Origin;
import dev.edgeai.runtime.server.ServerMetrics.Outcome;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Admits requests and counts each once, by how it ended; what answers them differs by kind of model. */
public final class AdmittedHandler implements Handler {
    private static final Logger LOG = LoggerFactory.getLogger(AdmittedHandler.class);
    private static final HeaderName PROBE = HeaderNames.create("X-EdgeAI-Probe");

    private final ServedModel served;
    private final Admission admission;
    private final ServerMetrics metrics;
    private final BodyReader bodies;
    private final Answerer answerer;

    public AdmittedHandler(
            ServedModel served, Admission admission, ServerMetrics metrics, BodyReader bodies, Answerer answerer) {
        this.served = served;
        this.admission = admission;
        this.metrics = metrics;
        this.bodies = bodies;
        this.answerer = answerer;
    }

    /** Answers one admitted request. */
    @FunctionalInterface
    public interface Answerer {
        void answer(byte[] body, ServerRequest request, ServerResponse response, Admission.Place place)
                throws IOException;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        Outcome outcome = Outcome.ERROR;
        Origin origin = origin(request.headers());
        try {
            outcome = admit(request, response, origin);
        } catch (RefusedException e) {
            outcome = Outcome.INVALID;
            refuse(request, response, e);
        } catch (InvalidInputException e) {
            outcome = Outcome.INVALID;
            JsonAnswers.sendError(response, Status.BAD_REQUEST_400, e);
        } catch (IOException e) {
            outcome = Outcome.CANCELLED; // the caller went away before the answer was ready
            throw new UncheckedIOException(e);
        } catch (UncheckedIOException | ServerConnectionException e) {
            outcome = Outcome.CANCELLED; // the caller went away during the answer
            throw e;
        } catch (OutOfMemoryError e) {
            outcome = Outcome.OVERLOADED;
            LOG.error("out of memory for a request; raise the memory limit or lower --max-request-bytes", e);
            overloaded(response, "the server is out of memory for a request of this size");
        } catch (EventStream.BrokenException e) {
            LOG.error("a stream ended early", e);
        } catch (EngineException e) {
            LOG.error("inference failed: {}", e.getMessage());
            failed(response, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("inference failed", e);
            failed(response, "inference failed: " + e.getMessage());
        } finally {
            metrics.count(origin, outcome);
        }
    }

    /** Anybody may call itself a probe; that takes its own requests out of the users' series, and nothing else. */
    public static Origin origin(ServerRequestHeaders headers) {
        return headers.contains(PROBE) ? Origin.PROBE : Origin.USER;
    }

    private Outcome admit(ServerRequest request, ServerResponse response, Origin origin) throws IOException {
        if (request.path().pathParameters().contains(ModelPath.NAME)) {
            ModelPath.require(request, served);
        }
        Optional<Admission.Place> admitted = admission.enter(bodies.size(request));
        if (admitted.isEmpty()) {
            overloaded(response, "the server is at its limit of waiting requests; try again or add replicas");
            return Outcome.OVERLOADED;
        }
        try (Admission.Place place = admitted.get()) {
            byte[] body = bodies.read(request);
            long start = System.nanoTime();
            answerer.answer(body, request, response, place);
            metrics.observeDuration(origin, System.nanoTime() - start);
            return Outcome.OK;
        }
    }

    private static void refuse(ServerRequest request, ServerResponse response, RefusedException refused) {
        if (request.headers().contains(HeaderNames.EXPECT)) {
            response.header(HeaderValues.CONNECTION_CLOSE); // the caller may keep the body to itself
        }
        JsonAnswers.sendError(response, Status.create(refused.status()), refused);
    }

    private static void overloaded(ServerResponse response, String message) {
        response.header(HeaderValues.create(HeaderNames.RETRY_AFTER, 1));
        JsonAnswers.sendError(response, Status.SERVICE_UNAVAILABLE_503, message);
    }

    private static void failed(ServerResponse response, String message) {
        JsonAnswers.sendError(response, Status.INTERNAL_SERVER_ERROR_500, message);
    }
}
