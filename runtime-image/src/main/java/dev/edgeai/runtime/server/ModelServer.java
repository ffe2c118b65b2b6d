package dev.edgeai.runtime.server;

import io.helidon.http.DirectHandler;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpException;
import io.helidon.http.Status;
import io.helidon.webserver.ErrorHandling;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Serves one model over HTTP. Inferences run on the carrier threads of virtual threads and hold them, so the process
 * needs more carriers than {@link ServerOptions#concurrency()} for health to answer meanwhile; see {@link Carriers}.
 */
public final class ModelServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelServer.class);
    private static final Duration POLL = Duration.ofMillis(50);

    private final Admission admission;
    private final ServerMetrics metrics;
    private final WebServer server;
    private volatile boolean draining;

    private ModelServer(ServedModel model, ServerOptions options) {
        admission = new Admission(options);
        Optional<Confidence> confidence = Confidence.of(model);
        metrics = new ServerMetrics(model, confidence.isPresent(), admission::inFlight);
        Header revision = HeaderValues.create("X-EdgeAI-Revision", model.revision());
        server = WebServer.builder()
                .port(options.port())
                .shutdownHook(false)
                .connectionOptions(socket -> socket.tcpNoDelay(true))
                .errorHandling(ErrorHandling.builder().includeEntity(true).build())
                .directHandlers(outsideRouting(revision))
                .routing(routing -> route(
                        routing,
                        revision,
                        new MetadataService(model, () -> !draining),
                        new InferenceHandler(model, confidence, admission, metrics, options.maxRequestBytes())))
                .build();
    }

    /**
     * Starts to serve; ready at once.
     *
     * @param model stays the caller's to close, after the server
     */
    public static ModelServer start(ServedModel model, ServerOptions options) {
        ModelServer modelServer = new ModelServer(model, options);
        modelServer.server.start();
        return modelServer;
    }

    /** The TCP port it listens on. */
    public int port() {
        return server.port();
    }

    /**
     * Ends without failing anyone: readiness fails at once, requests are still answered and their connections closed,
     * until none was in flight for the settle time or the time is up.
     *
     * @param settle how long it must have been idle, for callers that do not know yet
     * @param atMost when to end anyway
     */
    public void drain(Duration settle, Duration atMost) throws InterruptedException {
        draining = true;
        long start = System.nanoTime();
        while (System.nanoTime() - start < atMost.toNanos()
                && Math.min(admission.idleNanos(), System.nanoTime() - start) < settle.toNanos()) {
            Thread.sleep(POLL);
        }
        int left = admission.inFlight();
        if (left > 0) {
            LOG.warn("ending with {} requests in flight after {} s of draining", left, atMost.toSeconds());
        }
        close();
    }

    @Override
    public void close() {
        draining = true;
        server.stop();
    }

    private void route(
            HttpRouting.Builder routing, Header revision, MetadataService metadata, InferenceHandler inference) {
        routing.addFilter((chain, request, response) -> {
                    response.header(revision);
                    if (draining) {
                        response.header(HeaderValues.CONNECTION_CLOSE);
                    }
                    chain.proceed();
                })
                .register("/v2", metadata)
                .get("/metrics", this::sendMetrics)
                .error(
                        RefusedException.class,
                        (request, response, e) -> Json.sendError(response, Status.create(e.status()), e))
                .error(HttpException.class, ModelServer::sendHttpError);
        for (String path : List.of("/v2/models/{name}/infer", "/v2/models/{name}/versions/{version}/infer")) {
            routing.post(path, inference);
        }
    }

    private void sendMetrics(ServerRequest request, ServerResponse response) throws IOException {
        response.header(HeaderValues.create(HeaderNames.CONTENT_TYPE, ServerMetrics.CONTENT_TYPE));
        response.send(metrics.text());
    }

    private static void sendHttpError(ServerRequest request, ServerResponse response, HttpException e) {
        String message = e.status().code() == Status.NOT_FOUND_404.code()
                ? "no " + request.prologue().method() + " " + request.path().path() + " here; see docs/serving.md"
                : String.valueOf(e.getMessage());
        Json.sendError(response, e.status(), message);
    }

    /** Answers to what never reaches the routing, such as broken HTTP. */
    private static DirectHandlers outsideRouting(Header revision) {
        DirectHandler handler = (request, type, status, headers, message) -> {
            headers.set(revision);
            headers.set(Json.CONTENT_TYPE);
            return DirectHandler.TransportResponse.builder()
                    .status(status)
                    .headers(headers)
                    .keepAlive(false)
                    .entity(Json.error(message == null ? status.reasonPhrase() : message))
                    .build();
        };
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, handler);
        }
        return handlers.build();
    }
}
