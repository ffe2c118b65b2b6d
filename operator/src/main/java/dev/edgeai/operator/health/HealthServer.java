package dev.edgeai.operator.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** {@code /healthz}, {@code /readyz} and {@code /metrics}. */
public final class HealthServer implements AutoCloseable {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServer server;

    private HealthServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Starts to answer.
     *
     * @param port 0 takes any free port
     * @param notReady why the operator is not ready; empty when it is
     */
    public static HealthServer start(int port, Supplier<String> notReady, OperatorMetrics metrics) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        // Alive means that this process answers. An API server that is away must not restart it.
        server.createContext("/healthz", exchange -> answer(exchange, HttpURLConnection.HTTP_OK, TEXT, "ok\n"));
        server.createContext("/readyz", exchange -> {
            String reason = notReady.get();
            int code = reason.isEmpty() ? HttpURLConnection.HTTP_OK : HttpURLConnection.HTTP_UNAVAILABLE;
            answer(exchange, code, TEXT, reason.isEmpty() ? "ok\n" : reason + "\n");
        });
        server.createContext(
                "/metrics",
                exchange -> answer(
                        exchange,
                        HttpURLConnection.HTTP_OK,
                        PROMETHEUS,
                        metrics.registry().scrape()));
        server.start();
        return new HealthServer(server);
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private static void answer(HttpExchange exchange, int code, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(code, bytes.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(bytes);
            }
        }
    }
}
