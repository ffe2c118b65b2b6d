package dev.edgeai.planner.front;

import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.gate.Objectives;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Comparison.Language;
import dev.edgeai.api.v1alpha1.measurement.ComparisonBuilder;
import dev.edgeai.api.v1alpha1.measurement.Measurement.EnergyMethod;
import dev.edgeai.api.v1alpha1.measurement.MeasurementBuilder;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.measurement.TrialStatusBuilder;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.planner.run.Runs;
import dev.edgeai.planner.run.TrialTransitions;
import dev.edgeai.planner.technique.Candidate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;

@NullUnmarked // null takes a default
class RecommendationTest {
    private static TrialStatus trial(String technique, long p50, long footprintMiB, double retention) {
        Candidate c = new Candidate("openvino-" + technique, Framework.OPENVINO, technique, Map.of(), null, null);
        return TrialTransitions.absorb(
                TrialTransitions.planned(c, Depth.FULL),
                Runs.done(Runs.result(c.name(), p50, footprintMiB, retention)),
                Gates.defaults(),
                null);
    }

    private static final TrialStatus FAST = trial("int8-ptq", 250, 6, 0.98);
    private static final TrialStatus EXACT = trial("fp16", 450, 9, 1.0);
    private static final TrialStatus SMALL = trial("int8-ac", 400, 2, 0.99);

    private static String best(Objectives objectives) {
        return Recommendation.of(List.of(EXACT, SMALL, FAST), objectives)
                .ranked()
                .getFirst()
                .trial()
                .technique();
    }

    @Test
    void the_weights_decide() {
        assertThat(best(new Objectives(100, 0, 0, 0))).isEqualTo("int8-ptq");
        assertThat(best(new Objectives(0, 100, 0, 0))).isEqualTo("fp16");
        assertThat(best(new Objectives(0, 0, 100, 0))).isEqualTo("int8-ac");
    }

    @Test
    void a_trial_that_is_best_on_every_axis_scores_zero() {
        assertThat(Recommendation.of(List.of(FAST), Objectives.defaults())
                        .ranked()
                        .getFirst()
                        .score())
                .isZero();
    }

    @Test
    void the_reason_is_a_sentence_for_people() {
        assertThat(Recommendation.of(List.of(EXACT, SMALL, FAST), new Objectives(100, 10, 5, 0))
                        .reason())
                .isEqualTo("openvino/int8-ptq: 4.0x faster, keeps 98.0 % of the accuracy, 70.0 % less memory; "
                        + "best by latency 100 : accuracy 10 : memory 5 among 3 on the front");
    }

    @ParameterizedTest(name = "{0} MiB, saved {1}: {2}")
    @CsvSource({
        "6, 0.7, 70.0 % less memory",
        "40, -1, 100.0 % more memory",
        "8.45, -7.45, 7.45 MiB more memory",
        "1.5, -0.5, as much memory",
        "2, 0.6, 3 MiB less memory"
    })
    void a_share_of_little_memory_is_told_in_absolute_terms(double footprintMiB, double saved, String words) {
        TrialStatus small = TrialStatusBuilder.builder(measured(
                        FAST, m -> m.peakMemoryBytes((40L << 20) + (long) (footprintMiB * (1 << 20)))))
                .comparison(Runs.comparison(4, 0.98, saved))
                .build();
        assertThat(Recommendation.of(List.of(small), Objectives.defaults()).reason())
                .isEqualTo("openvino/int8-ptq: 4.0x faster, keeps 98.0 % of the accuracy, " + words
                        + "; the only one on the front that passes all gates");
    }

    @Property
    void only_the_proportions_of_the_weights_matter(
            @ForAll @IntRange(min = 1, max = 20) int latency,
            @ForAll @IntRange(max = 20) int accuracy,
            @ForAll @IntRange(max = 20) int memory) {
        assertThat(best(new Objectives(latency, accuracy, memory, 0)))
                .isEqualTo(best(new Objectives(latency * 5, accuracy * 5, memory * 5, 0)));
    }

    @Test
    void a_weight_that_nothing_was_measured_for_is_said_so() {
        assertThat(Recommendation.of(List.of(FAST, SMALL), new Objectives(0, 0, 0, 100))
                        .reason())
                .contains("because no weighted objective was measured for all");
    }

    @Test
    void energy_decides_where_it_alone_weighs() {
        assertThat(order(new Objectives(0, 0, 0, 100), energy(FAST, "2"), energy(SMALL, "1")))
                .containsExactly("int8-ac", "int8-ptq");
    }

    @Test
    void where_there_is_no_task_metric_likeness_to_the_baseline_is_the_accuracy() {
        Objectives accuracy = new Objectives(0, 100, 0, 0);
        assertThat(order(accuracy, like(FAST, null, 0.90), like(SMALL, null, 0.99)))
                .containsExactly("int8-ac", "int8-ptq");
        assertThat(order(accuracy, like(FAST, 0.20, 0.99), like(SMALL, 0.01, 0.90)))
                .as("of language models the divergence")
                .containsExactly("int8-ac", "int8-ptq");
    }

    @Test
    void of_equals_the_faster_then_the_more_accurate_then_the_smaller_file_then_the_name_is_first() {
        Objectives unmeasured = new Objectives(0, 0, 0, 100);
        TrialStatus b = trial("b", 400, 5, 0.98);
        assertThat(order(unmeasured, b, trial("c", 300, 9, 0.9))).containsExactly("c", "b");
        assertThat(order(unmeasured, b, trial("c", 400, 9, 0.99))).containsExactly("c", "b");
        assertThat(order(unmeasured, b, smallerFile(trial("c", 400, 9, 0.98)))).containsExactly("c", "b");
        assertThat(order(unmeasured, b, trial("a", 400, 9, 0.98))).containsExactly("a", "b");
    }

    private static List<String> order(Objectives objectives, TrialStatus... front) {
        return Recommendation.of(List.of(front), objectives).ranked().stream()
                .map(ranked -> ranked.trial().technique())
                .toList();
    }

    private static TrialStatus energy(TrialStatus trial, String joules) {
        Comparison c = trial.comparison();
        return TrialStatusBuilder.builder(measured(
                        trial, m -> m.joulesPerInference(Decimal.of(joules)).energyMethod(EnergyMethod.MEASURED)))
                .comparison(ComparisonBuilder.builder(c)
                        .energyRatio(Decimal.of(joules))
                        .build())
                .build();
    }

    private static TrialStatus smallerFile(TrialStatus trial) {
        return measured(trial, m -> m.sizeBytes(m.sizeBytes() - 1));
    }

    private static TrialStatus like(TrialStatus trial, @Nullable Double divergence, double fidelity) {
        Estimate ratio = Estimate.of(1, 0.9, 1.1, 1000);
        return TrialStatusBuilder.builder(measured(trial, m -> m.quality(null)))
                .comparison(new Comparison(
                        null,
                        null,
                        Estimate.of(fidelity, fidelity, fidelity, 1000),
                        null,
                        Decimal.of("0.5"),
                        divergence == null
                                ? null
                                : new Language(Estimate.of(divergence, divergence, divergence, 1000), ratio, null),
                        null))
                .build();
    }

    private static TrialStatus measured(TrialStatus trial, UnaryOperator<MeasurementBuilder> change) {
        return TrialStatusBuilder.builder(trial)
                .measurement(change.apply(MeasurementBuilder.builder(trial.measurement()))
                        .build())
                .build();
    }
}
