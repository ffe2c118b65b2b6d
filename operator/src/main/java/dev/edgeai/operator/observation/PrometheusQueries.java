package dev.edgeai.operator.observation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgeai.operator.config.PrometheusAddresses;
import dev.edgeai.planner.analysis.MetricReading;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Asks a Prometheus for one number
 * (<a href="https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries">instant query</a>).
 */
final class PrometheusQueries {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpReader http;
    private final PrometheusAddresses allowed;

    PrometheusQueries(HttpReader http, PrometheusAddresses allowed) {
        this.http = http;
        this.allowed = allowed;
    }

    /** The number, or why there is none: that is never the model's fault. */
    MetricReading ask(Watch.Query query) throws InterruptedException {
        return switch (allowed.check(query.address())) {
            case PrometheusAddresses.Answer.Allowed(String base) -> ask(base, query);
            case PrometheusAddresses.Answer.Refused(String why) ->
                new MetricReading.Unreadable("metric " + query.metric() + ": " + why);
        };
    }

    private MetricReading ask(String base, Watch.Query query) throws InterruptedException {
        try {
            URI address = URI.create(
                    base + "/api/v1/query?query=" + URLEncoder.encode(query.query(), StandardCharsets.UTF_8));
            return read(JSON.readTree(http.get(address)), query);
        } catch (JsonProcessingException _) {
            return unreadable(query, "the answer is not JSON");
        } catch (IOException | IllegalArgumentException e) {
            return unreadable(query, String.valueOf(e.getMessage()));
        }
    }

    private static MetricReading read(JsonNode answer, Watch.Query query) {
        JsonNode data = answer.path("data");
        JsonNode result = data.path("result");
        JsonNode pair = switch (data.path("resultType").asText()) {
            case "scalar" -> result;
            case "vector" -> result.size() == 1 ? result.path(0).path("value") : JSON.missingNode();
            default -> JSON.missingNode();
        };
        if (pair.size() != 2) {
            return unreadable(query, "the query yields " + result.size() + " series instead of one number");
        }
        double value = MetricsText.number(pair.path(1).asText());
        return Double.isFinite(value)
                ? new MetricReading.Value(value)
                : unreadable(query, "the query yields " + pair.path(1).asText());
    }

    private static MetricReading unreadable(Watch.Query query, String why) {
        return new MetricReading.Unreadable("metric " + query.metric() + ": Prometheus"
                + query.address().map(address -> " at " + address).orElse("") + ": " + why + " (query: " + query.query()
                + ")");
    }
}
