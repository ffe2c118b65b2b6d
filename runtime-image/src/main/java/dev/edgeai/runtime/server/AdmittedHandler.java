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
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;

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

        /** An error as the API has it. */
        default byte[] error(ApiError error) {
            return JsonAnswers.error(error.message());
        }
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        Outcome outcome = Outcome.ERROR;
        Origin origin = origin(request.headers());
        try {
            admit(request, response, origin);
            outcome = Outcome.OK;
        } catch (RefusedException e) {
            outcome = e.outcome();
            refuse(request, response, e);
        } catch (InvalidInputException e) {
            outcome = Outcome.INVALID;
            send(response, ApiError.of(Status.BAD_REQUEST_400, e));
        } catch (IOException e) {
            outcome = Outcome.CANCELLED; // the caller went away before the answer was ready
            throw new CloseConnectionException("the caller went away", e);
        } catch (UncheckedIOException | CloseConnectionException e) {
            outcome = Outcome.CANCELLED; // the caller went away during the answer
            throw new CloseConnectionException("the caller went away", e);
        } catch (OutOfMemoryError e) {
            outcome = Outcome.INVALID;
            LOG.error("out of memory for a request; raise the memory limit or lower --max-request-bytes", e);
            refuse(request, response, RefusedException.tooLarge("the server is out of memory for a request like this"));
        } catch (EventStream.BrokenException e) {
            if (e.getCause() instanceof RefusedException refused) {
                outcome = refused.outcome();
                LOG.warn("a stream ended early: {}", refused.getMessage());
            } else {
                LOG.error("a stream ended early", e);
            }
        } catch (EngineException e) {
            LOG.error("inference failed: {}", e.getMessage());
            send(response, ApiError.of(Status.INTERNAL_SERVER_ERROR_500, e));
        } catch (RuntimeException e) {
            LOG.error("inference failed", e);
            send(response, ApiError.of(Status.INTERNAL_SERVER_ERROR_500, "inference failed: " + e.getMessage()));
        } finally {
            metrics.count(origin, outcome);
        }
    }

    /** Anybody may call itself a probe; that takes its own requests out of the users' series, and nothing else. */
    public static Origin origin(ServerRequestHeaders headers) {
        return headers.contains(PROBE) ? Origin.PROBE : Origin.USER;
    }

    private void admit(ServerRequest request, ServerResponse response, Origin origin) throws IOException {
        if (request.path().pathParameters().contains(ModelPath.NAME)) {
            ModelPath.require(request, served);
        }
        try (Admission.Place place = admission.receive()) {
            byte[] body = bodies.read(request, place);
            place.enter();
            long start = System.nanoTime();
            answerer.answer(body, request, response, place);
            metrics.observeDuration(origin, System.nanoTime() - start);
        }
    }

    private void refuse(ServerRequest request, ServerResponse response, RefusedException refused) {
        Status status = Status.create(refused.status());
        if (request.headers().contains(HeaderNames.EXPECT) || status.equals(Status.REQUEST_TIMEOUT_408)) {
            response.header(HeaderValues.CONNECTION_CLOSE); // the caller may keep the body to itself
        }
        if (status.equals(Status.UNSUPPORTED_MEDIA_TYPE_415)) {
            response.header(HeaderValues.create(HeaderNames.ACCEPT_ENCODING, "gzip"));
        }
        if (status.equals(Status.SERVICE_UNAVAILABLE_503)) {
            response.header(HeaderValues.create(HeaderNames.RETRY_AFTER, 1));
        }
        send(response, new ApiError(status, String.valueOf(refused.getMessage()), refused.field()));
    }

    private void send(ServerResponse response, ApiError error) {
        try {
            JsonAnswers.send(response, error.status(), answerer.error(error));
        } catch (UncheckedIOException | CloseConnectionException e) {
            throw new CloseConnectionException("the caller went away before it was told: " + error.message(), e);
        }
    }
}
