package dev.edgeai.runtime.server;

import dev.edgeai.runtime.engine.TensorInfo;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.DirectHandler;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpException;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ErrorHandling;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.time.Duration;
import java.util.List;

/**
 * Serves one model over HTTP. Inferences run on the carrier threads of virtual threads and hold them, so the process
 * needs more carriers than {@link ServerOptions#concurrency()} for health to answer meanwhile ({@code Carriers} reserves
 * them). What it answers besides
 * health, metadata and metrics is the {@link Api} that it is given.
 */
public final class ModelServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelServer.class);
    private static final Duration POLL = Duration.ofMillis(50);

    /** For requests that had only begun to arrive: a process short of CPU takes seconds to read one. */
    private static final Duration LAST_REQUESTS = Duration.ofSeconds(5);

    /** Bytes of a chunk that nobody reads, which is kept until all of it is there. */
    private static final long MAX_UNREAD_CHUNK = 1 << 20;

    private final Admission admission;
    private final ServerMetrics metrics;
    private final WebServer server;
    private final Duration bodyDeadline;
    private volatile boolean draining;

    private ModelServer(
            ServedModel model,
            List<TensorInfo> inputs,
            List<TensorInfo> outputs,
            boolean classifier,
            ServerOptions options,
            Api api) {
        admission = new Admission(options);
        metrics = new ServerMetrics(model, classifier, admission::inFlight);
        bodyDeadline = options.deadlines().body();
        Header revision = HeaderValues.create("X-EdgeAI-Revision", model.revision());
        server = WebServer.builder()
                .port(options.port())
                .shutdownHook(false)
                .shutdownGracePeriod(LAST_REQUESTS)
                .connectionOptions(socket -> socket.tcpNoDelay(true))
                // with another protocol a connection would be ours with its first byte only
                .protocolsDiscoverServices(false)
                .addConnectionSelector(new CallerConnections(new OpenConnections(options.maxConnections())))
                .contentEncoding(BodyReader.encodings())
                .errorHandling(ErrorHandling.builder().includeEntity(true).build())
                .directHandlers(outsideRouting(revision))
                .routing(routing -> route(
                        routing,
                        revision,
                        new MetadataService(model, inputs, outputs, () -> !draining, () -> !admission.isHung()),
                        api.create(admission, metrics)))
                .build();
    }

    /**
     * Starts to serve a loaded model; ready at once.
     *
     * @param inputs tensors it takes; none for a language model
     * @param outputs tensors it answers
     * @param classifier whether the confidence of its answers is observed
     * @param api what answers requests to the model
     * @throws UncheckedIOException with a {@link BindException}: the port is in use
     */
    public static ModelServer start(
            ServedModel model,
            List<TensorInfo> inputs,
            List<TensorInfo> outputs,
            boolean classifier,
            ServerOptions options,
            Api api) {
        ModelServer started = new ModelServer(model, inputs, outputs, classifier, options, api);
        started.server.start();
        if (!started.server.isRunning()) {
            throw new UncheckedIOException(new BindException("port " + options.port() + " is in use"));
        }
        return started;
    }

    /** Makes what answers requests to a model, of one kind of model. */
    @FunctionalInterface
    public interface Api {
        HttpService create(Admission admission, ServerMetrics metrics);
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

    private void route(HttpRouting.Builder routing, Header revision, MetadataService metadata, HttpService inference) {
        routing.addFilter((chain, request, response) -> {
                    response.header(revision);
                    if (draining) {
                        response.header(HeaderValues.CONNECTION_CLOSE);
                    }
                    receive(chain, request, response);
                })
                .register("/v2", metadata)
                .register(inference)
                .get("/metrics", this::sendMetrics)
                .error(
                        RefusedException.class,
                        (_, response, e) -> JsonAnswers.sendError(response, Status.create(e.status()), e))
                .error(HttpException.class, ModelServer::sendHttpError);
    }

    /** Answers a request; what was not read of its body goes before the next one, as far as it comes in time. */
    private void receive(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        Caller caller = Caller.current();
        boolean chunked = request.headers().contains(HeaderValues.TRANSFER_ENCODING_CHUNKED);
        caller.receive(bodyDeadline, chunked ? MAX_UNREAD_CHUNK : Long.MAX_VALUE);
        try {
            chain.proceed();
            caller.answered(response.status().family() == Status.Family.SUCCESSFUL);
            if (!request.content().consumed() && !response.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
                request.content().consume();
            }
        } catch (RefusedException | DataReader.InsufficientDataAvailableException e) {
            throw new CloseConnectionException("the rest of the body did not come", e);
        } finally {
            caller.received();
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
        JsonAnswers.sendError(response, e.status(), message);
    }

    /** Answers to what never reaches the routing, such as broken HTTP. */
    private static DirectHandlers outsideRouting(Header revision) {
        DirectHandler handler = (_, _, status, headers, message) -> {
            headers.set(revision);
            headers.set(JsonAnswers.CONTENT_TYPE);
            return DirectHandler.TransportResponse.builder()
                    .status(status)
                    .headers(headers)
                    .keepAlive(false)
                    .entity(JsonAnswers.error(message == null ? status.reasonPhrase() : message))
                    .build();
        };
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, handler);
        }
        return handlers.build();
    }
}
