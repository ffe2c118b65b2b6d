package dev.edgeai.e2e;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.KubernetesClient;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A Prometheus on this machine whose every query yields 1, and which can be away. */
final class PrometheusStub implements AutoCloseable {
    private final String host;
    private final int port;
    private Optional<HttpServer> server;

    private PrometheusStub(String host) {
        this.host = host;
        HttpServer first = listen(0);
        this.port = first.getAddress().getPort();
        this.server = Optional.of(first);
    }

    /** Where pods reach it. */
    static PrometheusStub start(KubernetesClient client) {
        return new PrometheusStub(client.getMasterUrl().getHost());
    }

    String address() {
        return "http://" + host + ":" + port;
    }

    void away() {
        server.ifPresent(s -> s.stop(0));
        server = Optional.empty();
    }

    void back() {
        server = Optional.of(listen(port));
    }

    private HttpServer listen(int onPort) {
        try {
            HttpServer fresh = HttpServer.create(new InetSocketAddress(host, onPort), 0);
            fresh.createContext("/", exchange -> {
                try (exchange) {
                    byte[] body =
                            """
                            {"status": "success", "data": {"resultType": "vector",
                             "result": [{"metric": {}, "value": [%d, "1"]}]}}
                            """.formatted(System.currentTimeMillis() / 1000).getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().set("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                }
            });
            fresh.start();
            return fresh;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        away();
    }
}
