package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.gate.GatesBuilder;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.Measurement.CpuWait;
import dev.edgeai.api.v1alpha1.measurement.Measurement.Generation;
import dev.edgeai.api.v1alpha1.measurement.MeasurementBuilder;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.run.Runs;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The gate on the 95th percentile of latency is on the interval of the percentile. */
@NullUnmarked // null takes a default
class LatencyGateTest {
    private static final Gates WITHIN_6_MS = GatesBuilder.builder(Gates.defaults())
            .maxLatencyP95(new TimeSpan("6ms"))
            .build();

    @ParameterizedTest(name = "p95 {0} us ({1} to {2}, {3} inferences) within 6 ms: {4}")
    @CsvSource({
        "5800, 5600, 6000, 400, PASS",
        "5800, 5600, 6001, 400, INCONCLUSIVE",
        "6100, 5900, 6300, 400, INCONCLUSIVE",
        "6200, 6000, 6300, 400, INCONCLUSIVE",
        "6200, 6001, 6300, 400, FAIL",
        "1000, 900, 1100, 99, INCONCLUSIVE",
        "1000, 900, 1100, 100, PASS",
    })
    void a_p95_passes_only_when_its_whole_interval_does(
            long value, double lower, double upper, int inferences, Verdict expected) {
        assertThat(p95(measured(value, lower, upper, inferences)).verdict()).isEqualTo(expected);
    }

    @Test
    void the_message_names_the_interval_in_milliseconds_and_what_would_settle_it() {
        GateResult result = p95(measured(5900, 5500, 6250, 400));
        assertThat(result.message())
                .isEqualTo(
                        "maxLatencyP95: 5.9 ms (95 % interval 5.5 ms to 6.25 ms, 400 inferences) straddles 6 ms; more"
                                + " inferences (evaluation.measurement.pairs or timeCap) would settle it");
        assertThat(result.value()).isEqualTo("5.9");
        assertThat(result.threshold()).isEqualTo("6");
    }

    /** Of 71 independent observations the largest lies below the true 95th percentile in more than 2.5 % of cases. */
    @ParameterizedTest(name = "{0} requests: {1}")
    @CsvSource({"30, INCONCLUSIVE", "71, INCONCLUSIVE", "72, PASS"})
    void a_p95_of_so_few_requests_that_it_has_no_upper_end_is_open_and_says_what_to_raise(
            int requests, Verdict expected) {
        Measurement language = MeasurementBuilder.builder(measured(1000, 900, 1100, requests))
                .generation(new Generation(Estimate.of(20, 19, 21, 40), null, null, null, null, null))
                .build();
        GateResult result = p95(language);
        assertThat(result.verdict()).isEqualTo(expected);
        if (expected == Verdict.INCONCLUSIVE) {
            assertThat(result.message())
                    .contains("fewer than the 72 requests (evaluation.measurement.requests) that 6 ms needs");
        }
    }

    @Test
    void a_busy_node_decides_no_p95() {
        Measurement busy = MeasurementBuilder.builder(measured(9000, 8000, 9900, 400))
                .cpuWait(new CpuWait(Decimal.of("0.73"), Decimal.of("0.1"), 21))
                .build();
        assertThat(p95(busy).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    }

    private static Measurement measured(long value, double lower, double upper, int inferences) {
        return MeasurementBuilder.builder(Runs.measurement(500, 5, 0.97))
                .latencyP95Micros(value)
                .latencyP95Interval(Estimate.of(value, lower, upper, inferences))
                .latencySamples(inferences)
                .build();
    }

    private static GateResult p95(Measurement measured) {
        return GateEvaluation.evaluate(WITHIN_6_MS, measured, Runs.comparison(3, 0.99, 0.6)).stream()
                .filter(g -> g.name().equals("maxLatencyP95"))
                .findFirst()
                .orElseThrow();
    }
}
