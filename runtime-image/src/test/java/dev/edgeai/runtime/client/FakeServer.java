package dev.edgeai.runtime.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A language model's server that does to each request what a test wants. */
final class FakeServer implements AutoCloseable {
    static final Behaviour GOOD =
            (server, exchange) -> server.answer(exchange, 200, "{\"choices\":[{\"text\":\"x\"}]}");

    private final HttpServer http;
    private final String revision;
    final List<String> bodies = new CopyOnWriteArrayList<>();
    final List<Boolean> probes = new CopyOnWriteArrayList<>();

    /** What happens to a request. */
    @FunctionalInterface
    interface Behaviour {
        void on(FakeServer server, HttpExchange exchange) throws IOException, InterruptedException;
    }

    /** @param revision it says it is; empty for something else on the way that does not say */
    FakeServer(String revision, Behaviour behaviour) throws IOException {
        this.revision = revision;
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/v1/completions", exchange -> {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            probes.add(exchange.getRequestHeaders().containsKey("X-EdgeAI-Probe"));
            try {
                behaviour.on(this, exchange);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } finally {
                exchange.close();
            }
        });
        http.start();
    }

    void answer(HttpExchange exchange, int status, String body) throws IOException {
        if (!revision.isEmpty()) {
            exchange.getResponseHeaders().set("X-EdgeAI-Revision", revision);
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    Endpoint endpoint(String wanted) {
        return new Endpoint(URI.create("http://127.0.0.1:" + http.getAddress().getPort()), Optional.of(wanted));
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
