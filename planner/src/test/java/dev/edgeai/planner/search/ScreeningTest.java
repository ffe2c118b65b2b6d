package dev.edgeai.planner.search;

import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.gate.GatesBuilder;
import dev.edgeai.api.v1alpha1.measurement.ComparisonBuilder;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.measurement.TrialStatusBuilder;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.planner.run.Runs;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What a short measurement tells of vectors that are not the original's. */
@NullUnmarked // null takes a default
class ScreeningTest {
    private static final Gates GATES =
            GatesBuilder.builder().minFidelity(Decimal.of("0.95")).build();

    @Test
    void vectors_that_clearly_drift_are_not_measured_in_full_with_any_engine_option() {
        TrialStatus drifted = screened(Estimate.of(0.666, 0.65, 0.68, 128));
        assertThat(Screening.clearlyMisses(drifted, GATES)).get().asString().startsWith("minFidelity: 66.6 %");
        assertThat(Screening.clearlyMissesWithAnyOption(drifted, GATES)).isPresent();
    }

    @Test
    void vectors_that_may_be_near_enough_are_measured_in_full() {
        assertThat(Screening.clearlyMisses(screened(Estimate.of(0.94, 0.92, 0.96, 128)), GATES))
                .isEmpty();
        assertThat(Screening.clearlyMisses(screened(Estimate.of(0.5, 0.4, 0.6, 60)), GATES))
                .as("too few samples to tell")
                .isEmpty();
    }

    @Test
    void drift_is_a_loss_of_quality_that_another_technique_may_mend() {
        assertThat(Screening.losesOnlyQuality(screened(Estimate.of(0.666, 0.65, 0.68, 128)), GATES))
                .isTrue();
        assertThat(Screening.losesOnlyQuality(screened(Estimate.of(0.98, 0.97, 0.99, 128)), GATES))
                .isFalse();
    }

    private static TrialStatus screened(Estimate fidelity) {
        return TrialStatusBuilder.builder()
                .name("openvino-int8-ptq")
                .phase(TrialPhase.SCREENED)
                .measurement(Runs.measurement(300, 5, 0.97))
                .comparison(ComparisonBuilder.builder(Runs.comparison(3, 0.99, 0.6))
                        .fidelity(fidelity)
                        .build())
                .build();
    }
}
