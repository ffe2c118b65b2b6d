package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.Measurement.Generation;
import dev.edgeai.api.v1alpha1.measurement.MeasurementBuilder;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.planner.run.Bottleneck.Kind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.OptionalLong;

import static org.assertj.core.api.Assertions.assertThat;

class BottleneckTest {
    private static final OptionalLong LIMIT = OptionalLong.of(1_000);

    @ParameterizedTest(name = "{0} threads at {1} cores, {2} of 1000 bytes, variation {3}: {4}")
    @CsvSource({
        "1, 0.80, 900, 0.20, ''",
        "1, 0.81, 900, 0.20, cpu_bound",
        "4, 0.81, 900, 0.20, ''",
        "4, 3.30, 900, 0.20, cpu_bound",
        "1, 0.10, 901, 0.20, memory_bound",
        "1, 0.10, 900, 0.21, inconsistent",
        "1, 1.00, 950, 0.50, cpu_bound memory_bound inconsistent",
    })
    void countsWhatIsOverItsThreshold(int threads, String cores, long peak, String variation, String found) {
        assertThat(Bottleneck.of(measurement(threads, cores, peak, variation, null), LIMIT))
                .extracting(b -> b.kind().word())
                .containsExactlyElementsOf(found.isEmpty() ? List.of() : List.of(found.split(" ")));
    }

    @Test
    void memoryWithoutALimitIsNoBottleneck() {
        assertThat(Bottleneck.of(measurement(1, "0.1", 1L << 40, "0.1", null), OptionalLong.empty()))
                .isEmpty();
    }

    @Test
    void whatWasNotMeasuredIsNoBottleneck() {
        assertThat(Bottleneck.of(measurement(1, null, null, null, null), LIMIT)).isEmpty();
    }

    @Test
    void aLanguageModelIsAdvisedOfItsContext() {
        Generation generation = new Generation(Estimate.of(12, 11, 13, 900), null, null, null, null, null);
        assertThat(Bottleneck.of(measurement(1, "0.1", 990L, "0.1", generation), LIMIT))
                .singleElement()
                .satisfies(b -> {
                    assertThat(b.kind()).isEqualTo(Kind.MEMORY_BOUND);
                    assertThat(b.value()).isEqualTo(Decimal.of("0.99"));
                    assertThat(b.advice()).contains("context");
                });
    }

    private static Measurement measurement(
            int threads,
            @Nullable String cores,
            @Nullable Long peak,
            @Nullable String variation,
            @Nullable Generation generation) {
        return MeasurementBuilder.builder()
                .engine("OpenVINO 2026.4.1")
                .threads(threads)
                .latencyVariation(variation == null ? null : Decimal.of(variation))
                .peakMemoryBytes(peak)
                .sizeBytes(1L)
                .cpuUtilization(cores == null ? null : Decimal.of(cores))
                .generation(generation)
                .build();
    }
}
