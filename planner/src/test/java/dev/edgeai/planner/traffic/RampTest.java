package dev.edgeai.planner.traffic;

import dev.edgeai.api.v1alpha1.rollout.RampStep;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class RampTest {
    private static RampStep step(int weight, String hold) {
        return new RampStep(weight, new TimeSpan(hold));
    }

    private static Ramp ramp(int weight, int replicas, int surge) {
        return new Ramp(List.of(step(weight, "30s"), step(50, "30s")), replicas, surge);
    }

    @Test
    void steps_that_come_to_the_same_pods_are_one_and_held_as_long_as_the_longest() {
        Ramp ramp = new Ramp(List.of(step(10, "5m"), step(25, "2m"), step(50, "1m")), 2, 0);
        assertThat(ramp.merged(0)).isEqualTo(1);
        assertThat(ramp.merged(1)).isEqualTo(1);
        assertThat(ramp.merged(2)).isEqualTo(2);
        assertThat(ramp.hold(1)).isEqualTo(Duration.ofMinutes(5));
        assertThat(ramp.hold(2)).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void a_weight_that_the_pods_miss_by_much_is_said() {
        assertThat(ramp(10, 10, 0).said()).isEmpty();
        assertThat(ramp(45, 2, 0).said()).as("five points off").isEmpty();
        assertThat(ramp(44, 2, 0).said()).as("six points off").isPresent();
        assertThat(ramp(10, 1, 0).said())
                .contains("with 1 pod of stable the ramp of 10 %, 50 % is 50 %;"
                        + " rollout.traffic.surge: 8 makes it possible");
    }

    @ParameterizedTest(name = "{0} % beside {1} pods: {2} more")
    @CsvSource({"10, 1, 8", "10, 2, 7", "1, 1, 98", "30, 1, 2"})
    void the_advised_surge_makes_the_first_step_possible(int weight, int replicas, int surge) {
        assertThat(ramp(weight, replicas, 0).said().orElseThrow()).contains("surge: " + surge + " makes");
        assertThat(ramp(weight, replicas, surge).plan(0).weight()).isBetween(weight - 5, weight + 5);
    }
}
