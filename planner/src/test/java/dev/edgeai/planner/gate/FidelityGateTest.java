package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunSpecBuilder;
import dev.edgeai.api.v1alpha1.gate.GateOverridesBuilder;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.gate.GatesBuilder;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.ComparisonBuilder;
import dev.edgeai.api.v1alpha1.source.EvaluationBuilder;
import dev.edgeai.api.v1alpha1.source.Metric;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.run.Runs;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

/** An index holds the original's vectors: a variant's have to be the same, not only as good among themselves. */
@NullUnmarked // null takes a default
class FidelityGateTest {
    /** What int8-static makes of paraphrase-MiniLM-L3: the neighbours' labels are kept, the vectors are not. */
    private static final Comparison DRIFTED = with(Estimate.of(0.666, 0.664, 0.668, 1000));

    @Test
    void embeddings_that_keep_their_neighbours_and_not_their_vectors_are_refused() {
        List<GateResult> results = evaluate(run(Task.TEXT_EMBEDDING, Metric.KNN_ACCURACY, null), DRIFTED);

        assertThat(GateEvaluation.overall(results)).isEqualTo(Verdict.FAIL);
        assertThat(results)
                .filteredOn(g -> g.verdict() != Verdict.PASS)
                .singleElement()
                .extracting(GateResult::message)
                .isEqualTo("minFidelity: 66.6 % (95 % interval 66.4 % to 66.8 %, 1000 samples) is below 95 % by 28.4"
                        + " points");
    }

    @ParameterizedTest(name = "cosine {0} ({1} to {2}, {3} samples): {4}")
    @CsvSource({
        "0.96, 0.95, 0.97, 1000, PASS",
        "0.96, 0.949, 0.97, 1000, INCONCLUSIVE",
        "0.94, 0.93, 0.95, 1000, INCONCLUSIVE",
        "0.94, 0.93, 0.949, 1000, FAIL",
        "1, 1, 1, 99, INCONCLUSIVE",
    })
    void a_fidelity_passes_only_when_the_whole_interval_does(
            double value, double lower, double upper, int samples, Verdict expected) {
        Comparison measured = with(Estimate.of(value, lower, upper, samples));
        assertThat(fidelity(run(Task.TEXT_EMBEDDING, Metric.KNN_ACCURACY, null), measured)
                        .orElseThrow()
                        .verdict())
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0} by {1}: {2}")
    @CsvSource({
        "TEXT_EMBEDDING, KNN_ACCURACY, 0.95",
        "TEXT_EMBEDDING, FIDELITY,",
        "TEXT_EMBEDDING, ,",
        "IMAGE_CLASSIFICATION, MACRO_F1,",
        "TEXT_GENERATION, AUC,",
        "TABULAR, ,",
        "GENERIC, ACCURACY,",
    })
    void only_vectors_that_another_metric_judges_have_the_gate_by_default(
            Task task, @Nullable Metric metric, @Nullable String expected) {
        assertThat(run(task, metric, null).judgedBy().minFidelity())
                .isEqualTo(expected == null ? null : Decimal.of(expected));
    }

    @Test
    void what_is_asked_for_takes_the_place_of_the_default_and_zero_turns_it_off() {
        assertThat(fidelity(run(Task.TEXT_EMBEDDING, Metric.KNN_ACCURACY, "0"), DRIFTED))
                .isEmpty();
        assertThat(fidelity(run(Task.TEXT_EMBEDDING, Metric.KNN_ACCURACY, "0.5"), DRIFTED))
                .map(GateResult::verdict)
                .contains(Verdict.PASS);
        assertThat(fidelity(run(Task.TEXT_CLASSIFICATION, Metric.MACRO_F1, "0.9"), DRIFTED))
                .as("the share of samples with the same answer")
                .map(GateResult::verdict)
                .contains(Verdict.FAIL);
    }

    @Test
    void a_target_may_ask_for_another_fidelity() {
        Gates base = GatesBuilder.builder().minFidelity(Decimal.of("0.5")).build();
        assertThat(GateOverridesBuilder.builder()
                        .minFidelity(Decimal.of("0.99"))
                        .build()
                        .over(base)
                        .minFidelity())
                .hasToString("0.99");
        assertThat(GateOverridesBuilder.builder().build().over(base).minFidelity())
                .hasToString("0.5");
    }

    @Test
    void a_fidelity_that_was_not_measured_decides_nothing() {
        GateResult result = fidelity(run(Task.TEXT_EMBEDDING, Metric.KNN_ACCURACY, null), with(null))
                .orElseThrow();
        assertThat(result.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(result.message()).isEqualTo("minFidelity: was not measured, so it cannot be held against 95 %");
    }

    @Test
    void language_models_are_told_that_other_gates_decide() {
        Comparison language = ComparisonBuilder.builder(DRIFTED)
                .language(new Comparison.Language(
                        Estimate.of(0.02, 0.01, 0.03, 40), Estimate.of(1, 0.99, 1.01, 40), null))
                .build();
        GateResult result =
                fidelity(run(Task.TEXT_GENERATION, null, "0.9"), language).orElseThrow();
        assertThat(result.verdict()).isEqualTo(Verdict.NOT_MEASURED);
        assertThat(result.message()).contains("maxKlDivergence and maxPerplexityIncrease decide");
    }

    @Test
    void the_last_gate_is_on_vectors_of_held_out_samples() {
        Comparison measured = ComparisonBuilder.builder(with(Estimate.of(0.98, 0.97, 0.99, 1000)))
                .heldOut(new Comparison.HeldOut(
                        null, Estimate.of(0.99, 0.98, 1, 1000), Estimate.of(0.93, 0.92, 0.94, 1000), null))
                .build();
        Gates gates = run(Task.TEXT_EMBEDDING, Metric.KNN_ACCURACY, null).judgedBy();
        assertThat(GateEvaluation.overall(GateEvaluation.evaluate(gates, Runs.measurement(300, 5, 0.97), measured)))
                .isEqualTo(Verdict.PASS);
        assertThat(GateEvaluation.onHeldOut(gates, Runs.measurement(300, 5, 0.97), measured))
                .filteredOn(g -> g.verdict() != Verdict.PASS)
                .singleElement()
                .extracting(GateResult::message)
                .asString()
                .startsWith("minFidelity: 93 %")
                .contains("1000 held-out samples");
    }

    private static Comparison with(@Nullable Estimate fidelity) {
        return ComparisonBuilder.builder(Runs.comparison(3, 0.974, 0.6))
                .fidelity(fidelity)
                .build();
    }

    private static Optional<GateResult> fidelity(OptimizationRunSpec spec, Comparison comparison) {
        return evaluate(spec, comparison).stream()
                .filter(g -> g.name().equals("minFidelity"))
                .findFirst();
    }

    private static List<GateResult> evaluate(OptimizationRunSpec spec, Comparison comparison) {
        return GateEvaluation.evaluate(spec.judgedBy(), Runs.measurement(300, 5, 0.97), comparison);
    }

    private static OptimizationRunSpec run(Task task, @Nullable Metric metric, @Nullable String minFidelity) {
        OptimizationRunSpec any = Runs.spec(8, 2, "1h");
        return OptimizationRunSpecBuilder.builder(any)
                .task(task)
                .evaluation(EvaluationBuilder.builder(any.evaluation())
                        .metric(metric)
                        .build())
                .gates(GatesBuilder.builder()
                        .minFidelity(minFidelity == null ? null : Decimal.of(minFidelity))
                        .build())
                .build();
    }
}
