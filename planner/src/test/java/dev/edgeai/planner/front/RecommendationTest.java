package dev.edgeai.planner.front;

import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.gate.Objectives;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.planner.run.Runs;
import dev.edgeai.planner.run.TrialTransitions;
import dev.edgeai.planner.technique.Candidate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

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
}
