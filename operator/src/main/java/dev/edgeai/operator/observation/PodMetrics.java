package dev.edgeai.operator.observation;

import dev.edgeai.planner.rollout.Histogram;
import dev.edgeai.planner.rollout.Scrape;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Turns what a serving pod says at {@code /metrics} into a scrape. */
final class PodMetrics {
    private static final String REQUESTS = "edgeai_inference_requests_total";
    private static final String DURATION_BUCKET = "edgeai_inference_duration_seconds_bucket";
    private static final String INFO = "edgeai_model_info";

    private PodMetrics() {}

    /**
     * @param pod its name
     * @param time when it was read
     * @param revision the revision that must answer: a pod's address may belong to another pod by now
     * @throws IllegalArgumentException when the text is not what a serving pod of that revision says
     */
    static Scrape read(String pod, Instant time, String revision, String text) {
        Map<String, Double> requests = new HashMap<>();
        NavigableMap<Double, Double> latency = new TreeMap<>();
        String answered = "";
        for (MetricsText.Sample sample : MetricsText.parse(text)) {
            switch (sample.name()) {
                case REQUESTS -> requests.merge(label(sample, "code"), sample.value(), Double::sum);
                case DURATION_BUCKET ->
                    latency.merge(MetricsText.number(label(sample, "le")), sample.value(), Double::sum);
                case INFO -> answered = label(sample, "revision");
                default -> {}
            }
        }
        if (answered.isEmpty()) {
            throw new IllegalArgumentException("has no " + INFO + ", so it is not a model server's");
        }
        if (!answered.equals(revision)) {
            throw new IllegalArgumentException("is of revision " + answered + " instead of " + revision);
        }
        return new Scrape(
                pod, time, requests.getOrDefault("ok", 0.0), requests.getOrDefault("error", 0.0), histogram(latency));
    }

    private static Histogram histogram(NavigableMap<Double, Double> cumulative) {
        List<Histogram.Bucket> buckets = cumulative.entrySet().stream()
                .map(bucket -> new Histogram.Bucket(bucket.getKey(), bucket.getValue()))
                .toList();
        if (!buckets.isEmpty() && Double.isFinite(buckets.getLast().le())) {
            throw new IllegalArgumentException("has no +Inf bucket in " + DURATION_BUCKET);
        }
        return new Histogram(buckets);
    }

    private static String label(MetricsText.Sample sample, String name) {
        String value = sample.labels().get(name);
        if (value == null) {
            throw new IllegalArgumentException("has no label " + name + " on " + sample.name());
        }
        return value;
    }
}
