package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.value.Estimate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class SpeedVerdictTest {
    @ParameterizedTest
    @CsvSource({
        "2.00, 1.90, 2.10, FASTER",
        "0.95, 0.945, 0.955, SLOWER",
        // the 95 % interval excludes 1, the 99 % interval does not
        "1.05, 1.001, 1.101, NO_DIFFERENCE",
        "0.95, 0.909, 0.993, NO_DIFFERENCE",
        // sure, but too little to matter
        "1.005, 1.004, 1.006, NO_DIFFERENCE",
        "0.995, 0.994, 0.996, NO_DIFFERENCE",
        "1.00, 0.98, 1.02, NO_DIFFERENCE",
    })
    void aDifferenceMustBeSureAndLargeEnough(double value, double lower, double upper, SpeedVerdict verdict) {
        assertThat(SpeedVerdict.of(Estimate.of(value, lower, upper, 1000))).isEqualTo(verdict);
    }
}
