package dev.edgeai.operator.optimization;

import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.MeasurementBuilder;
import dev.edgeai.api.v1alpha1.source.Architecture;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.api.v1alpha1.source.ModelFormat;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;

import java.util.List;
import java.util.Map;

/** Results as pods would report them. */
final class Results {
    static final String SOURCE = digest('a');
    static final String DATASET = digest('d');
    private static final int SAMPLES = 1000;
    private static final long BASELINE_MICROS = 1000;

    private Results() {}

    static String digest(char letter) {
        return "sha256:" + String.valueOf(letter).repeat(64);
    }

    static Assessment assessment() {
        return new Assessment(
                ModelFormat.ONNX,
                Architecture.CONVOLUTIONAL,
                1_687_247L,
                421_642L,
                "float32",
                List.of("image: float32[N,1,28,28]"),
                List.of("logits: float32[N,10]"),
                Map.of("Conv", 2, "Gemm", 2),
                false,
                false,
                false,
                null);
    }

    static TrialResult baseline() {
        return new TrialResult(
                "baseline", null, measurement(BASELINE_MICROS, 64), null, null, null, Map.of(), null, null);
    }

    static TrialResult variant(String trial, char digest, double speedup) {
        return new TrialResult(
                trial,
                digest(digest),
                measurement(BASELINE_MICROS, 64),
                measurement((long) (BASELINE_MICROS / speedup), 16),
                new Comparison(
                        around(speedup),
                        around(0.99),
                        around(0.99),
                        Decimal.of("0.75"),
                        Decimal.of("0.74"),
                        null,
                        null),
                new TrialResult.Robustness(0.97, 0.98, 4, 4),
                Map.of("openvino", "2026.4.1"),
                null,
                null);
    }

    private static Measurement measurement(long micros, long megabytes) {
        return MeasurementBuilder.builder()
                .engine("OpenVINO 2026.4.1")
                .threads(1)
                .concurrency(1)
                .quality(around(0.91))
                .latencyP50Micros(micros)
                .latencyP95Micros(micros * 11 / 10)
                .latencyP99Micros(micros * 12 / 10)
                .latencyVariation(Decimal.of("0.05"))
                .latencySamples(SAMPLES)
                .throughput(Decimal.of(1e6 / micros))
                .peakMemoryBytes(megabytes << 20)
                .engineMemoryBytes(8L << 20)
                .sizeBytes(megabytes << 18)
                .build();
    }

    private static Estimate around(double value) {
        return Estimate.of(value, value * 0.999, Math.max(value, Math.min(value * 1.001, 1e9)), SAMPLES);
    }
}
