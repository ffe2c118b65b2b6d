package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.Measurement.EnergyMethod;
import dev.edgeai.api.v1alpha1.measurement.Measurement.Generation;
import dev.edgeai.api.v1alpha1.measurement.MeasurementBuilder;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.Verdict;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Gates of language models, and of variants for hardware that is not at hand. */
@NullUnmarked // null takes a default
class LanguageGatesTest {
    private static final Estimate FAST = Estimate.of(3, 2.9, 3.1, 30);
    private static final Estimate TOP_TOKEN = Estimate.of(0.99, 0.98, 1, 40);

    private static GateResult gate(String name, List<GateResult> results) {
        return results.stream().filter(g -> g.name().equals(name)).findFirst().orElseThrow();
    }

    private static Comparison comparison(Estimate kl, Estimate ratio, @Nullable Estimate auc, boolean timed) {
        return new Comparison(
                timed ? FAST : null,
                auc,
                TOP_TOKEN,
                timed ? Decimal.of("0.7") : null,
                Decimal.of("0.7"),
                new Comparison.Language(kl, ratio, null),
                null);
    }

    private static Measurement measured(boolean timed, int requests) {
        return MeasurementBuilder.builder()
                .engine(timed ? "LlamaCpp 0.5.0" : "MLX 0.32.4")
                .threads(1)
                .latencyP50Micros(timed ? 900_000L : null)
                .latencyP95Micros(timed ? 950_000L : null)
                .latencyP99Micros(timed ? 990_000L : null)
                .latencyVariation(timed ? Decimal.of("0.05") : null)
                .latencySamples(timed ? requests : null)
                .peakMemoryBytes(timed ? 200L << 20 : null)
                .engineMemoryBytes(timed ? 40L << 20 : null)
                .sizeBytes(50L << 20)
                .joulesPerInference(timed ? Decimal.of("2.5") : null)
                .energyMethod(timed ? EnergyMethod.ESTIMATED : null)
                .generation(new Generation(Estimate.of(20, 19, 21, 40), null, null, null, null, null))
                .build();
    }

    private static List<GateResult> evaluate(Estimate kl, Estimate ratio, @Nullable Estimate auc) {
        return GateEvaluation.evaluate(Gates.defaults(), measured(true, 30), comparison(kl, ratio, auc, true));
    }

    @ParameterizedTest(name = "KL {0} ({1} to {2}, {3} blocks): {4}")
    @CsvSource({
        "0.02, 0.018, 0.022, 40, PASS",
        "0.09, 0.08, 0.10, 40, PASS",
        "0.09, 0.08, 0.11, 40, INCONCLUSIVE",
        "0.11, 0.10, 0.12, 40, INCONCLUSIVE",
        "0.20, 0.19, 0.21, 40, FAIL",
        "0.02, 0.018, 0.022, 9, INCONCLUSIVE",
    })
    void divergence_passes_only_when_the_whole_interval_does(
            double value, double lower, double upper, int blocks, Verdict expected) {
        List<GateResult> results =
                evaluate(Estimate.of(value, lower, upper, blocks), Estimate.of(1, 0.99, 1.01, 40), null);
        assertThat(gate("maxKlDivergence", results).verdict()).isEqualTo(expected);
    }

    @Test
    void perplexity_is_held_as_a_rise_over_the_baselines() {
        List<GateResult> results = evaluate(Estimate.of(0.02, 0.01, 0.03, 40), Estimate.of(1.2, 1.15, 1.25, 40), null);
        assertThat(gate("maxPerplexityIncrease", results).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(gate("maxPerplexityIncrease", results).message())
                .isEqualTo("maxPerplexityIncrease: 20 % (95 % interval 15 % to 25 %, 40 blocks of text)"
                        + " is above 10 % by 10 points");
    }

    @Test
    void agreement_on_the_top_token_never_stands_in_for_the_task_metric_of_a_language_model() {
        List<GateResult> results = evaluate(Estimate.of(0.5, 0.4, 0.6, 40), Estimate.of(1, 0.99, 1.01, 40), null);
        assertThat(gate("minAccuracyRetention", results).verdict()).isEqualTo(Verdict.NOT_MEASURED);
        assertThat(GateEvaluation.overall(results)).as("its damage is seen").isEqualTo(Verdict.FAIL);
    }

    @Test
    void the_task_metric_is_held_where_there_are_labelled_prompts() {
        List<GateResult> results = evaluate(
                Estimate.of(0.02, 0.01, 0.03, 40), Estimate.of(1, 0.99, 1.01, 40), Estimate.of(0.90, 0.88, 0.92, 600));
        assertThat(gate("minAccuracyRetention", results).verdict()).isEqualTo(Verdict.FAIL);
    }

    @Test
    void thirty_requests_are_enough_as_each_is_many_inferences_and_fewer_are_not() {
        Comparison good = comparison(Estimate.of(0.02, 0.01, 0.03, 40), Estimate.of(1, 0.99, 1.01, 40), null, true);
        assertThat(GateEvaluation.overall(GateEvaluation.evaluate(Gates.defaults(), measured(true, 30), good)))
                .isEqualTo(Verdict.PASS);
        assertThat(GateEvaluation.overall(GateEvaluation.evaluate(Gates.defaults(), measured(true, 29), good)))
                .isEqualTo(Verdict.INCONCLUSIVE);
    }

    @Test
    void what_is_made_for_other_hardware_is_decided_by_fidelity_and_size() {
        Gates gates = new Gates(null, null, null, null, null, null, null, null, null, null, Decimal.of("1"), null);
        List<GateResult> results = GateEvaluation.evaluate(
                gates,
                measured(false, 0),
                comparison(Estimate.of(0.02, 0.01, 0.03, 40), Estimate.of(1, 0.99, 1.01, 40), null, false));
        assertThat(results)
                .filteredOn(g -> g.verdict() == Verdict.NOT_MEASURED)
                .extracting(GateResult::name)
                .containsExactly(
                        "minAccuracyRetention",
                        "minSpeedup",
                        "minMemoryReduction",
                        "maxLatencyVariation",
                        "maxJoulesPerInference");
        assertThat(GateEvaluation.overall(results)).isEqualTo(Verdict.PASS);
    }

    @Test
    void energy_is_held_and_its_method_said() {
        Gates gates = new Gates(null, null, null, null, null, null, null, null, null, null, Decimal.of("1"), null);
        List<GateResult> results = GateEvaluation.evaluate(
                gates,
                measured(true, 30),
                comparison(Estimate.of(0.02, 0.01, 0.03, 40), Estimate.of(1, 0.99, 1.01, 40), null, true));
        assertThat(gate("maxJoulesPerInference", results).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(gate("maxJoulesPerInference", results).message())
                .isEqualTo("maxJoulesPerInference: 2.5 J (estimated from CPU time) is above 1 J by 1.5 J");
    }
}
