package dev.edgeai.operator.observation;

import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The counters of one serving pod at one moment. All of them rise from 0 at the start of the pod's process.
 *
 * @param time when they were read
 * @param requests answered requests by code ({@code ok}, {@code invalid}, {@code error})
 * @param latency requests up to each upper bound, seconds, the last one infinite
 */
record Scrape(Instant time, Map<String, Double> requests, NavigableMap<Double, Double> latency) {
    private static final String REQUESTS = "edgeai_inference_requests_total";
    private static final String DURATION_BUCKET = "edgeai_inference_duration_seconds_bucket";
    private static final String INFO = "edgeai_model_info";

    /**
     * @param revision the revision that must answer: a pod's address may belong to another pod by now
     * @throws IllegalArgumentException when the text is not what a serving pod of that revision says
     */
    static Scrape of(Instant time, String revision, String text) {
        Map<String, Double> requests = new TreeMap<>();
        NavigableMap<Double, Double> latency = new TreeMap<>();
        String answered = null;
        for (MetricsText.Sample sample : MetricsText.parse(text)) {
            switch (sample.name()) {
                case REQUESTS -> requests.merge(label(sample, "code"), sample.value(), Double::sum);
                case DURATION_BUCKET ->
                    latency.merge(MetricsText.number(label(sample, "le")), sample.value(), Double::sum);
                case INFO -> answered = label(sample, "revision");
                default -> {}
            }
        }
        if (answered == null) {
            throw new IllegalArgumentException("its metrics have no " + INFO + ": this is not a model server");
        }
        if (!answered.equals(revision)) {
            throw new IllegalArgumentException("its metrics are of revision " + answered + " instead of " + revision);
        }
        return new Scrape(time, requests, latency);
    }

    private static String label(MetricsText.Sample sample, String name) {
        String value = sample.labels().get(name);
        if (value == null) {
            throw new IllegalArgumentException("its metric " + sample.name() + " has no label " + name);
        }
        return value;
    }
}
