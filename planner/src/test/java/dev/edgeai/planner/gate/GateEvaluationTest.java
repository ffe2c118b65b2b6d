package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.gate.GateOverrides;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.gate.GatesBuilder;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.Measurement.CpuWait;
import dev.edgeai.api.v1alpha1.measurement.Measurement.EnergyMethod;
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
        Gates gates = new GateOverrides(
                        null, null, null, null, Decimal.of(minimum), null, null, null, null, null, null, null)
                .over(Gates.defaults());
        return GateEvaluation.evaluate(gates, Runs.measurement(300, 5, measured), Runs.comparison(3, 0.99, 0.6));
    }

    @Test
    void a_minimum_of_zero_turns_its_gate_off() {
        Decimal off = Decimal.of("0");
        Gates gates = new GateOverrides(off, off, off, null, null, null, null, null, null, null, null, null)
                .over(Gates.defaults());
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

    // ---- a busy node ----

    /** The measuring process got 0.27 of the core that it wanted; limit 10 %. */
    private static Measurement onABusyNode(Measurement measured) {
        return MeasurementBuilder.builder(measured)
                .cpuWait(new CpuWait(Decimal.of("0.73"), Decimal.of("0.1"), 21))
                .build();
    }

    @Test
    void what_was_timed_on_a_busy_node_decides_nothing_and_quality_and_memory_do() {
        Gates gates = GatesBuilder.builder(Gates.defaults())
                .maxLatencyP95(new TimeSpan("1ms"))
                .build();
        Measurement unsteady = MeasurementBuilder.builder(onABusyNode(Runs.measurement(3000, 5, 0.97)))
                .latencyVariation(Decimal.of("0.279"))
                .build();
        List<GateResult> results = GateEvaluation.evaluate(gates, unsteady, Runs.comparison(1.3, 0.99, 0.6));
        assertThat(results)
                .filteredOn(g -> g.verdict() == Verdict.INCONCLUSIVE)
                .extracting(GateResult::name)
                .containsExactly("minSpeedup", "maxLatencyVariation", "maxLatencyP95");
        assertThat(results)
                .filteredOn(g -> g.verdict() == Verdict.PASS)
                .extracting(GateResult::name)
                .containsExactly("minAccuracyRetention", "minMemoryReduction");
        assertThat(gate("maxLatencyVariation", results).message())
                .isEqualTo(
                        "maxLatencyVariation: the node was busy: the measurement waited for 73 % of the CPU time that"
                                + " it wanted, more than 10 % (spec.evaluation.measurement.maxCpuWait), and repeating 21 rounds did not"
                                + " help");
    }

    @Test
    void a_busy_node_lets_nothing_pass_either() {
        assertThat(gate(
                                "minSpeedup",
                                GateEvaluation.evaluate(
                                        Gates.defaults(),
                                        onABusyNode(Runs.measurement(300, 5, 0.97)),
                                        Runs.comparison(9, 0.99, 0.6)))
                        .verdict())
                .isEqualTo(Verdict.INCONCLUSIVE);
    }

    @ParameterizedTest(name = "{0} waited, {1} allowed: {2}")
    @CsvSource({"0.1, 0.1, PASS", "0.100001, 0.1, INCONCLUSIVE", "1, 1, PASS", "0.001, 0, INCONCLUSIVE"})
    void the_share_that_makes_a_node_busy_is_stated(String share, String limit, Verdict expected) {
        Measurement measured = MeasurementBuilder.builder(Runs.measurement(300, 5, 0.97))
                .cpuWait(new CpuWait(Decimal.of(share), Decimal.of(limit), 0))
                .build();
        assertThat(GateEvaluation.overall(
                        GateEvaluation.evaluate(Gates.defaults(), measured, Runs.comparison(3, 0.99, 0.6))))
                .isEqualTo(expected);
    }

    @Test
    void a_meter_of_energy_sees_the_neighbours_and_an_estimate_does_not() {
        Gates gates = GatesBuilder.builder(Gates.defaults())
                .maxJoulesPerInference(Decimal.of("1"))
                .build();
        for (EnergyMethod method : EnergyMethod.values()) {
            Measurement measured = MeasurementBuilder.builder(onABusyNode(Runs.measurement(300, 5, 0.97)))
                    .joulesPerInference(Decimal.of("2"))
                    .energyMethod(method)
                    .build();
            assertThat(gate(
                                    "maxJoulesPerInference",
                                    GateEvaluation.evaluate(gates, measured, Runs.comparison(3, 0.99, 0.6)))
                            .verdict())
                    .isEqualTo(method == EnergyMethod.MEASURED ? Verdict.INCONCLUSIVE : Verdict.FAIL);
        }
    }

    // ---- floors in absolute terms ----

    @ParameterizedTest(name = "variation {1} ({2} to {3}, {4} loads) of a median of {0} us: {5}")
    @CsvSource({
        "5000, 0.15, 0.12, 0.20, 12, PASS",
        "5000, 0.19, 0.15, 0.21, 12, INCONCLUSIVE",
        "5000, 0.279, 0.19, 0.33, 12, INCONCLUSIVE",
        "5000, 0.279, 0.21, 0.33, 12, FAIL",
        "5000, 0.05, 0.04, 0.06, 5, INCONCLUSIVE",
        "35, 0.22, 0.21, 0.24, 12, PASS",
        "20, 0.32, 0.28, 0.36, 12, PASS",
        "20, 0.60, 0.55, 0.65, 12, FAIL",
        "20, 0.45, 0.40, 0.55, 12, INCONCLUSIVE",
    })
    void a_variation_passes_by_its_interval_or_by_its_microseconds(
            long p50, double value, double lower, double upper, int loads, Verdict expected) {
        Measurement measured = MeasurementBuilder.builder(Runs.measurement(p50, 5, 0.97))
                .latencyVariation(Decimal.of(value))
                .latencyVariationInterval(Estimate.of(value, lower, upper, loads))
                .build();
        GateResult result = gate(
                "maxLatencyVariation",
                GateEvaluation.evaluate(Gates.defaults(), measured, Runs.comparison(3, 0.99, 0.6)));
        assertThat(result.verdict()).isEqualTo(expected);
        assertThat(result.threshold()).isEqualTo("0.2");
        boolean byFloor = p50 < 50;
        assertThat(result.message()
                        .endsWith(
                                "it is held against 10 µs of its median of %d µs, as less may be the measuring program's own"
                                        .formatted(p50)))
                .isEqualTo(byFloor);
    }

    @ParameterizedTest(name = "stored before there was an interval: {0} us, {1}: {2}")
    @CsvSource({"5000, 0.21, FAIL", "5000, 0.20, PASS", "20, 0.32, PASS", "20, 0.51, FAIL"})
    void a_variation_without_an_interval_is_held_as_it_is(long p50, String value, Verdict expected) {
        Measurement stored = MeasurementBuilder.builder(Runs.measurement(p50, 5, 0.97))
                .latencyVariation(Decimal.of(value))
                .build();
        assertThat(gate(
                                "maxLatencyVariation",
                                GateEvaluation.evaluate(Gates.defaults(), stored, Runs.comparison(3, 0.99, 0.6)))
                        .verdict())
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "footprint {0} KiB after {1} KiB: {2}, {3}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "900  | 1100 | NOT_MEASURED | 50 % of the baseline's footprint of 1.07 MiB is less than the 1 MiB by which readings differ",
                "1900 | 1100 | NOT_MEASURED | readings differ",
                "9300 | 1100 | FAIL | the footprint is 8.01 MiB more than the baseline's 1.07 MiB",
                "0    | 1100 | PASS | 100 %",
                "1500 | 2100 | FAIL | is below 50 %",
                "1000 | 2100 | PASS | is at least 50 %",
            })
    void a_share_of_a_megabyte_of_memory_decides_nothing(long after, long before, Verdict expected, String words) {
        Measurement variant = MeasurementBuilder.builder(Runs.measurement(300, 5, 0.97))
                .peakMemoryBytes((40 << 20) + (after << 10))
                .build();
        Measurement baseline = MeasurementBuilder.builder(Runs.measurement(300, 5, 0.97))
                .peakMemoryBytes((40 << 20) + (before << 10))
                .build();
        double saved = variant.memorySavedFrom(baseline).asDouble();
        GateResult result = gate(
                "minMemoryReduction",
                GateEvaluation.evaluate(Gates.defaults(), variant, Runs.comparison(3, 0.99, saved)));
        assertThat(result.verdict()).isEqualTo(expected);
        assertThat(result.message()).contains(words);
    }

    @Test
    void memory_with_another_number_of_inferences_at_once_is_not_compared() {
        Measurement two = MeasurementBuilder.builder(Runs.measurement(300, 5, 0.97))
                .concurrency(2)
                .build();
        assertThat(two.memorySavedFrom(Runs.measurement(300, 5, 0.97))).isNull();
        assertThat(two.memorySavedFrom(two)).isEqualTo(Decimal.of(0));
    }

    @Property
    void an_interval_that_straddles_the_threshold_never_passes(
            @ForAll @DoubleRange(min = 0.5, max = 5) double value,
            @ForAll @DoubleRange(min = 0.01, max = 2) double half,
            @ForAll @IntRange(min = 0, max = 500) int pairs) {
        GateResult result = gate("minSpeedup", evaluate(speed(value, value - half, value + half, pairs)));
        boolean pass = Decimal.of(value - half).compareTo(Decimal.of("2.0")) >= 0 && pairs >= TimedGates.MIN_PAIRS;
        assertThat(result.verdict() == Verdict.PASS).isEqualTo(pass);
    }
}
