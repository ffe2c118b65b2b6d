package dev.edgeai.runtime.bench;

import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.Measurement.CpuWait;
import dev.edgeai.api.v1alpha1.measurement.MeasurementBuilder;
import dev.edgeai.api.v1alpha1.value.Estimate;

import java.util.Locale;

/**
 * One measurement beside neighbours.
 *
 * @param key which one
 * @param seconds that it took
 * @param p50 of the second model, microseconds
 * @param p95 of the second model, microseconds
 * @param variation of the second model
 * @param speedup of the second model over the first
 * @param samples timed inferences of each
 * @param cpuWait for a core
 */
record BusyTiming(
        Key key,
        double seconds,
        long p50,
        long p95,
        Estimate variation,
        Estimate speedup,
        int samples,
        CpuWait cpuWait) {
    enum Kind {
        ITSELF,
        VARIANT,
        SLOWER
    }

    /**
     * Which measurement.
     *
     * @param kind of the second model
     * @param neighbours processes that spin
     * @param repetition from 0
     */
    record Key(Kind kind, int neighbours, int repetition) {
        boolean isOf(BusyTiming timing) {
            return equals(timing.key);
        }
    }

    Measurement measurement() {
        return MeasurementBuilder.builder()
                .engine("any")
                .threads(1)
                .latencyP50Micros(p50)
                .latencyP95Micros(p95)
                .latencyVariation(variation.value())
                .latencyVariationInterval(variation)
                .latencySamples(samples)
                .sizeBytes(1L)
                .cpuWait(cpuWait)
                .build();
    }

    String text() {
        return String.format(
                Locale.ROOT,
                "%s beside %d, %d: speed-up %s [%s, %s], p50 %d us, p95 %d us, variation %s [%s, %s], waited %s,"
                        + " %d rounds repeated, %.0f s",
                key.kind(),
                key.neighbours(),
                key.repetition(),
                speedup.value(),
                speedup.lower(),
                speedup.upper(),
                p50,
                p95,
                variation.value(),
                variation.lower(),
                variation.upper(),
                cpuWait.share(),
                cpuWait.repeatedRounds(),
                seconds);
    }
}
