package dev.edgeai.operator.observation;

import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/** A model server's {@code /metrics}, written by the library the model server writes them with. */
public final class ServerStub implements AutoCloseable {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter requests = Counter.builder()
            .name("edgeai_inference_requests_total")
            .labelNames("code")
            .withoutExemplars()
            .register(registry);
    private final Histogram durations = Histogram.builder()
            .name("edgeai_inference_duration_seconds")
            .classicOnly()
            .withoutExemplars()
            .classicUpperBounds(0.001, 0.00125, 0.0016, 0.002, 0.0025, 0.00315, 0.004, 0.01, 0.1)
            .register(registry);
    private final Counter probes = Counter.builder()
            .name("edgeai_probe_requests_total")
            .labelNames("code")
            .withoutExemplars()
            .register(registry);
    private final Histogram probeDurations = Histogram.builder()
            .name("edgeai_probe_duration_seconds")
            .classicOnly()
            .withoutExemplars()
            .classicUpperBounds(0.001, 0.00125, 0.0016, 0.002, 0.0025, 0.00315, 0.004, 0.01, 0.1)
            .register(registry);
    private final HttpServer server;

    public ServerStub(String revision) throws IOException {
        Info.builder()
                .name("edgeai_model_info")
                .labelNames("artifact", "engine", "revision")
                .register(registry)
                .addLabelValues("registry/models/digits@sha256:1", "OpenVINO 2026.4.1", revision);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/metrics", exchange -> {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            PrometheusTextFormatWriter.create().write(text, registry.scrape());
            exchange.getResponseHeaders().set("Content-Type", PrometheusTextFormatWriter.CONTENT_TYPE);
            exchange.sendResponseHeaders(200, text.size());
            text.writeTo(exchange.getResponseBody());
            exchange.close();
        });
        server.start();
    }

    /** As if this many requests had been answered, each in this time. */
    public void answered(int count, double seconds) {
        for (int i = 0; i < count; i++) {
            requests.labelValues("ok").inc();
            durations.observe(seconds);
        }
    }

    public void failed(int count) {
        requests.labelValues("error").inc(count);
    }

    /** As if this many of the operator's own requests had been answered. */
    public void probed(int count, double seconds) {
        for (int i = 0; i < count; i++) {
            probes.labelValues("ok").inc();
            probeDurations.observe(seconds);
        }
    }

    public void invalid(int count) {
        requests.labelValues("invalid").inc(count);
    }

    public void cancelled(int count) {
        requests.labelValues("cancelled").inc(count);
    }

    public void crowded(int count) {
        requests.labelValues("crowded").inc(count);
    }

    public void overloaded(int count) {
        requests.labelValues("overloaded").inc(count);
    }

    public String address() {
        return "127.0.0.1:" + port();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
