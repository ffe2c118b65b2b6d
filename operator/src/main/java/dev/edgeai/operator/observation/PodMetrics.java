package dev.edgeai.operator.observation;

import dev.edgeai.planner.scrape.Counts;
import dev.edgeai.planner.scrape.Histogram;
import dev.edgeai.planner.scrape.Scrape;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Turns what a serving pod says at {@code /metrics} into a scrape. */
final class PodMetrics {
    private static final String USERS = "edgeai_inference";
    private static final String PROBES = "edgeai_probe";
    private static final String REQUESTS = "_requests_total";
    private static final String DURATION_BUCKET = "_duration_seconds_bucket";
    private static final String STARTED = "process_start_time_seconds";
    private static final String INFO = "edgeai_model_info";

    private PodMetrics() {}

    /**
     * @param pod its name
     * @param time when it was read
     * @param revision the revision that must answer: a pod's address may belong to another pod by now
     * @throws IllegalArgumentException when the text is not what a serving pod of that revision says
     */
    static Scrape read(String pod, Instant time, String revision, String text) {
        Kind users = new Kind();
        Kind probes = new Kind();
        OptionalDouble started = OptionalDouble.empty();
        String answered = "";
        for (MetricsText.Sample sample : MetricsText.parse(text)) {
            switch (sample.name()) {
                case USERS + REQUESTS -> users.requests(sample);
                case PROBES + REQUESTS -> probes.requests(sample);
                case USERS + DURATION_BUCKET -> users.bucket(sample);
                case PROBES + DURATION_BUCKET -> probes.bucket(sample);
                case STARTED -> started = OptionalDouble.of(sample.value());
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
        return new Scrape(pod, time, users.counts(), probes.counts(), started);
    }

    /** The series of one kind of requests; an image that knows no probes has none of them. */
    private static final class Kind {
        private final Map<String, Double> requests = new HashMap<>();
        private final NavigableMap<Double, Double> latency = new TreeMap<>();

        void requests(MetricsText.Sample sample) {
            requests.merge(label(sample, "code"), counted(sample), Double::sum);
        }

        void bucket(MetricsText.Sample sample) {
            latency.merge(MetricsText.number(label(sample, "le")), counted(sample), Double::sum);
        }

        Counts counts() {
            return new Counts(count("ok"), count("error"), count("overloaded"), histogram());
        }

        private double count(String code) {
            return requests.getOrDefault(code, 0.0);
        }

        private Histogram histogram() {
            List<Histogram.Bucket> buckets = latency.entrySet().stream()
                    .map(bucket -> new Histogram.Bucket(bucket.getKey(), bucket.getValue()))
                    .toList();
            if (!buckets.isEmpty() && Double.isFinite(buckets.getLast().le())) {
                throw new IllegalArgumentException("has no +Inf bucket in its " + DURATION_BUCKET);
            }
            return new Histogram(buckets);
        }
    }

    private static double counted(MetricsText.Sample sample) {
        if (!Double.isFinite(sample.value()) || sample.value() < 0) {
            throw new IllegalArgumentException("has " + sample.value() + " as a count of " + sample.name());
        }
        return sample.value();
    }

    private static String label(MetricsText.Sample sample, String name) {
        String value = sample.labels().get(name);
        if (value == null) {
            throw new IllegalArgumentException("has no label " + name + " on " + sample.name());
        }
        return value;
    }
}
