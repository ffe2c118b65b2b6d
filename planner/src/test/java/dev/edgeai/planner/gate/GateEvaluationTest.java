package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.gate.GateOverrides;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.MeasurementBuilder;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.run.Runs;
import io.fabric8.kubernetes.api.model.Quantity;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

@NullUnmarked // null takes a default
class GateEvaluationTest {
    private static GateResult gate(String name, List<GateResult> results) {
        return results.stream().filter(g -> g.name().equals(name)).findFirst().orElseThrow();
    }

    private static List<GateResult> evaluate(Comparison comparison) {
        return GateEvaluation.evaluate(Gates.defaults(), Runs.measurement(300, 5, 0.97), comparison);
    }

    private static Comparison speed(double value, double lower, double upper, int pairs) {
        return new Comparison(
                Estimate.of(value, lower, upper, pairs),
                Estimate.of(0.99, 0.985, 0.995, 1000),
                null,
                Decimal.of("0.6"),
                Decimal.of("0.7"),
                null,
                null);
    }

    @ParameterizedTest(name = "{0} ({1} to {2}, {3} pairs): {4}")
    @CsvSource({
        "3.00, 2.90, 3.10, 400, PASS",
        "2.05, 2.00, 2.10, 400, PASS",
        "2.05, 1.99, 2.11, 400, INCONCLUSIVE",
        "1.98, 1.95, 2.01, 400, INCONCLUSIVE",
        "1.31, 1.27, 1.35, 400, FAIL",
        "1.97, 1.95, 2.00, 400, INCONCLUSIVE",
        "9.00, 8.90, 9.10, 49, INCONCLUSIVE",
        "0.10, 0.09, 0.11, 49, INCONCLUSIVE",
        "9.00, 8.90, 9.10, 50, PASS",
    })
    void speed_passes_only_when_the_whole_interval_does(
            double value, double lower, double upper, int pairs, Verdict expected) {
        assertThat(gate("minSpeedup", evaluate(speed(value, lower, upper, pairs)))
                        .verdict())
                .isEqualTo(expected);
    }

    @Test
    void a_message_names_field_value_interval_threshold_and_gap() {
        assertThat(gate("minSpeedup", evaluate(speed(1.31, 1.27, 1.35, 400))).message())
                .isEqualTo("minSpeedup: 1.31x (95 % interval 1.27x to 1.35x, 400 pairs) is below 2x by 0.69x");
    }

    @Test
    void retention_is_a_non_inferiority_test() {
        assertThat(retained(Estimate.of(0.97, 0.951, 0.989, 1000))).isEqualTo(Verdict.PASS);
        assertThat(retained(Estimate.of(0.97, 0.949, 0.991, 1000))).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(retained(Estimate.of(0.90, 0.88, 0.92, 1000))).isEqualTo(Verdict.FAIL);
        assertThat(retained(Estimate.of(1.0, 1.0, 1.0, 99))).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(retained(null)).isEqualTo(Verdict.INCONCLUSIVE);
    }

    private static Verdict retained(@Nullable Estimate retention) {
        Comparison c = new Comparison(
                Estimate.of(3, 2.9, 3.1, 400), retention, null, Decimal.of("0.6"), Decimal.of("0.7"), null, null);
        return gate("minAccuracyRetention", evaluate(c)).verdict();
    }

    @Test
    void fidelity_stands_in_where_there_is_no_task_metric() {
        Comparison c = new Comparison(
                Estimate.of(3, 2.9, 3.1, 400),
                null,
                Estimate.of(0.99, 0.98, 1, 1000),
                Decimal.of("0.6"),
                Decimal.of("0.7"),
                null,
                null);
        assertThat(gate("minAccuracyRetention", evaluate(c)).verdict()).isEqualTo(Verdict.PASS);
    }

    @Test
    void memory_and_variation_are_held_against_their_thresholds() {
        List<GateResult> results = GateEvaluation.evaluate(
                Gates.defaults(), Runs.measurement(300, 5, 0.97), Runs.comparison(3, 0.99, 0.31));
        assertThat(gate("minMemoryReduction", results).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(gate("minMemoryReduction", results).message())
                .contains("31 %")
                .contains("peak resident memory with the model less that of the same engine with none")
                .contains("below 50 % by 19 points");
        assertThat(gate("maxLatencyVariation", results).verdict()).isEqualTo(Verdict.PASS);
    }

    @Test
    void absolute_gates_count_when_they_are_set() {
        Gates gates = new GateOverrides(
                        null,
                        null,
                        null,
                        null,
                        Decimal.of("0.99"),
                        new TimeSpan("0ms"),
                        new Quantity("1Mi"),
                        new Quantity("1Ki"),
                        null,
                        null,
                        null)
                .over(Gates.defaults());
        assertThat(GateEvaluation.evaluate(gates, Runs.measurement(300, 5, 0.9), Runs.comparison(3, 0.99, 0.6)))
                .filteredOn(g -> g.verdict() == Verdict.FAIL)
                .extracting(GateResult::name)
                .containsExactly("minAccuracy", "maxLatencyP95", "maxPeakMemory", "maxSize");
    }

    @ParameterizedTest(
            name = "6 ms, 45 MiB, 500 kB, variation 0.05 and footprint halved, held against {0} {1} {2} {3} {4}")
    @CsvSource({
        "6ms, 45Mi, 500000, 0.05, 0.50, PASS",
        "5ms, 44Mi, 499999, 0.04, 0.51, FAIL",
    })
    void a_value_on_its_threshold_passes(
            String p95, String memory, String size, String variation, String saved, Verdict expected) {
        Decimal off = Decimal.of("0");
        Gates gates = new GateOverrides(
                        off,
                        off,
                        Decimal.of(saved),
                        Decimal.of(variation),
                        null,
                        new TimeSpan(p95),
                        new Quantity(memory),
                        new Quantity(size),
                        null,
                        null,
                        null)
                .over(Gates.defaults());
        assertThat(GateEvaluation.evaluate(gates, Runs.measurement(5_000, 5, 0.97), Runs.comparison(3, 0.99, 0.5)))
                .hasSize(5)
                .extracting(GateResult::verdict)
                .containsOnly(expected);
    }

    @ParameterizedTest(name = "{0} timed inferences: {1}")
    @CsvSource({"99, INCONCLUSIVE", "100, PASS", ", INCONCLUSIVE"})
    void a_percentile_of_few_inferences_decides_nothing(@Nullable Integer inferences, Verdict expected) {
        Measurement few = MeasurementBuilder.builder(Runs.measurement(300, 5, 0.97))
                .latencySamples(inferences)
                .build();
        assertThat(gate(
                                "maxLatencyVariation",
                                GateEvaluation.evaluate(Gates.defaults(), few, Runs.comparison(3, 0.99, 0.6)))
                        .verdict())
                .isEqualTo(expected);
    }

    @Test
    void an_absolute_quality_is_held_and_turned_off_by_zero() {
        assertThat(gate("minAccuracy", quality("0.96", 0.98)).verdict()).isEqualTo(Verdict.PASS);
        assertThat(quality("0", 0.98)).extracting(GateResult::name).doesNotContain("minAccuracy");
    }

    private static List<GateResult> quality(String minimum, double measured) {
        Gates gates = new GateOverrides(null, null, null, null, Decimal.of(minimum), null, null, null, null, null, null)
                .over(Gates.defaults());
        return GateEvaluation.evaluate(gates, Runs.measurement(300, 5, measured), Runs.comparison(3, 0.99, 0.6));
    }

    @Test
    void a_minimum_of_zero_turns_its_gate_off() {
        Decimal off = Decimal.of("0");
        Gates gates =
                new GateOverrides(off, off, off, null, null, null, null, null, null, null, null).over(Gates.defaults());
        assertThat(GateEvaluation.evaluate(gates, Runs.measurement(300, 5, 0.9), Runs.comparison(0.1, 0.1, -3)))
                .extracting(GateResult::name)
                .containsExactly("maxLatencyVariation");
    }

    @Test
    void one_failure_fails_and_one_doubt_is_no_pass() {
        assertThat(GateEvaluation.overall(List.of())).isEqualTo(Verdict.PASS);
        assertThat(GateEvaluation.overall(List.of(of(Verdict.PASS), of(Verdict.INCONCLUSIVE))))
                .isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(GateEvaluation.overall(List.of(of(Verdict.INCONCLUSIVE), of(Verdict.FAIL))))
                .isEqualTo(Verdict.FAIL);
    }

    private static GateResult of(Verdict verdict) {
        return new GateResult("g", "1", "1", verdict, "");
    }

    @Property
    void an_interval_that_straddles_the_threshold_never_passes(
            @ForAll @DoubleRange(min = 0.5, max = 5) double value,
            @ForAll @DoubleRange(min = 0.01, max = 2) double half,
            @ForAll @IntRange(min = 0, max = 500) int pairs) {
        GateResult result = gate("minSpeedup", evaluate(speed(value, value - half, value + half, pairs)));
        boolean pass = Decimal.of(value - half).compareTo(Decimal.of("2.0")) >= 0 && pairs >= GateEvaluation.MIN_PAIRS;
        assertThat(result.verdict() == Verdict.PASS).isEqualTo(pass);
    }
}
