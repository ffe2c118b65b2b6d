package dev.edgeai.runtime.server;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntSupplier;

/** What a server counts, in the names of docs/contracts.md. */
public final class ServerMetrics {
    static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private static final double STARTED = System.currentTimeMillis() / 1e3;

    /**
     * Seconds, from 100 us to 10 s in steps of the R10 series (26 % each), so that a quantile taken from two histograms
     * can tell a regression of 25 %.
     */
    private static final double[] DURATION_BUCKETS = renard(-4, 1);

    private static final double[] CONFIDENCE_BUCKETS = {
        0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1
    };

    /** How a request ended. Each request ends one way and counts once. */
    enum Outcome {
        OK,
        /** The caller's fault. */
        INVALID,
        /** The model's fault. */
        ERROR,
        /** Turned away because the house was full. */
        OVERLOADED,
        /** Turned away because the bodies of others took the room for bodies; the callers' doing. */
        CROWDED,
        /** The caller went away before the answer was written; nobody's fault. */
        CANCELLED
    }

    /**
     * Who sent a request. Probes are counted in series of their own, so that users' ones stay theirs. Whoever calls
     * itself a probe only takes its own requests out of the users' series.
     */
    public enum Origin {
        USER,
        PROBE
    }

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    private final Map<Origin, DistributionDataPoint> durations = new EnumMap<>(Origin.class);
    private final DistributionDataPoint confidences;
    private final Map<Origin, Map<Outcome, CounterDataPoint>> requests = new EnumMap<>(Origin.class);

    /** @param inFlight requests in the house, waiting ones included */
    ServerMetrics(ServedModel model, boolean classifier, IntSupplier inFlight) {
        durations.put(
                Origin.USER,
                seconds(
                        "edgeai_inference_duration_seconds",
                        "Answered inference requests, from the body read to the answer written, waiting included"));
        durations.put(
                Origin.PROBE,
                seconds("edgeai_probe_duration_seconds", "The same of requests that are marked as probes"));
        Histogram confidence = Histogram.builder()
                .name("edgeai_prediction_confidence")
                .help("Probability of the class that was answered, one a sample")
                .classicOnly()
                .classicUpperBounds(CONFIDENCE_BUCKETS)
                .build();
        if (classifier) {
            registry.register(confidence);
        }
        confidences = confidence;
        requests.put(
                Origin.USER,
                outcomes(
                        "edgeai_inference_requests_total",
                        "Inference requests by how they ended: ok, invalid (the caller's fault), "
                                + "error (the model's fault), overloaded, crowded (others' bodies took the room), "
                                + "cancelled (the caller went away)"));
        requests.put(
                Origin.PROBE,
                outcomes("edgeai_probe_requests_total", "The same of requests that are marked as probes"));
        GaugeWithCallback.builder()
                .name("process_start_time_seconds")
                .help("When the process began, seconds since 1970; another value means that all counters began anew")
                .callback(callback -> callback.call(STARTED))
                .register(registry);
        GaugeWithCallback.builder()
                .name("edgeai_inference_in_flight")
                .help("Inference requests being read, waiting, inferred or answered")
                .callback(callback -> callback.call(inFlight.getAsInt()))
                .register(registry);
        Info.builder()
                .name("edgeai_model_info")
                .help("What is served")
                .labelNames("artifact", "engine", "revision")
                .register(registry)
                .addLabelValues(
                        model.certified().map(ServedModel.Certified::artifact).orElse(""),
                        model.engine(),
                        model.revision());
    }

    /** A further histogram of seconds. */
    public DistributionDataPoint seconds(String name, String help) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .classicOnly()
                .classicUpperBounds(DURATION_BUCKETS)
                .register(registry);
    }

    /** A further counter. */
    public CounterDataPoint counter(String name, String help) {
        return Counter.builder().name(name).help(help).register(registry);
    }

    private Map<Outcome, CounterDataPoint> outcomes(String name, String help) {
        Counter counter =
                Counter.builder().name(name).help(help).labelNames("code").register(registry);
        Map<Outcome, CounterDataPoint> points = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            points.put(outcome, counter.labelValues(outcome.name().toLowerCase(Locale.ROOT)));
        }
        return points;
    }

    void count(Origin origin, Outcome outcome) {
        Objects.requireNonNull(Objects.requireNonNull(requests.get(origin)).get(outcome))
                .inc();
    }

    void observeDuration(Origin origin, long nanos) {
        Objects.requireNonNull(durations.get(origin)).observe(nanos / 1e9);
    }

    public void observeConfidence(double probability) {
        confidences.observe(probability);
    }

    /** Prometheus text format. */
    byte[] text() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(8192);
        writer.write(out, registry.scrape());
        return out.toByteArray();
    }

    /** The R10 series of preferred numbers (ISO 3) from one power of ten to another, both included. */
    private static double[] renard(int from, int to) {
        String[] mantissas = {"1", "1.25", "1.6", "2", "2.5", "3.15", "4", "5", "6.3", "8"};
        double[] numbers = new double[(to - from) * mantissas.length + 1];
        int at = 0;
        for (int exponent = from; exponent < to; exponent++) {
            for (String mantissa : mantissas) {
                numbers[at++] = Double.parseDouble(mantissa + "e" + exponent);
            }
        }
        numbers[at] = Double.parseDouble("1e" + to);
        return numbers;
    }
}
