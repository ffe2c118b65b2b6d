package dev.edgeai.operator.observation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgeai.planner.rollout.MetricReading;

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

    PrometheusQueries(HttpReader http) {
        this.http = http;
    }

    /** The number, or why there is none: that is never the model's fault. */
    MetricReading ask(Watch.Query query) throws InterruptedException {
        if (query.address().isEmpty()) {
            return new MetricReading.Unreadable("metric " + query.metric()
                    + " has no Prometheus to ask: give prometheus.address in the metric, or prometheus in the operator's "
                    + "configuration");
        }
        try {
            String address = query.address().replaceAll("/+$", "") + "/api/v1/query?query="
                    + URLEncoder.encode(query.query(), StandardCharsets.UTF_8);
            return read(JSON.readTree(http.get(URI.create(address))), query);
        } catch (JsonProcessingException e) {
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
        return new MetricReading.Unreadable("metric " + query.metric() + ": Prometheus at " + query.address() + ": "
                + why + " (query: " + query.query() + ")");
    }
}
