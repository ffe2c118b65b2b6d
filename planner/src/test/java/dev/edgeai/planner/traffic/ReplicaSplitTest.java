package dev.edgeai.planner.traffic;

import dev.edgeai.planner.traffic.ReplicaSplit.Plan;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ReplicaSplitTest {
    @Property
    void no_other_number_of_candidate_pods_comes_nearer_to_the_weight(
            @ForAll @IntRange(min = 1, max = 99) int weight,
            @ForAll @IntRange(max = 20) int stable,
            @ForAll @IntRange(min = 1, max = 20) int replicas) {
        int chosen = ReplicaSplit.candidateReplicas(weight, stable, replicas);
        assertThat(chosen).isBetween(1, replicas);
        double distance = Math.abs(100.0 * chosen / (chosen + stable) - weight);
        for (int other = 1; other <= replicas; other++) {
            assertThat(Math.abs(100.0 * other / (other + stable) - weight)).isGreaterThanOrEqualTo(distance);
        }
    }

    @Test
    void the_true_weight_is_the_share_of_ready_pods() {
        assertThat(ReplicaSplit.weight(2, 1)).isEqualTo(33);
        assertThat(ReplicaSplit.weight(0, 0)).isZero();
        assertThat(ReplicaSplit.weight(0, 2)).isEqualTo(100);
        assertThat(ReplicaSplit.candidateReplicas(10, 2, 0)).isZero();
        assertThat(ReplicaSplit.candidateReplicas(50, 2, 2)).isEqualTo(2);
    }

    @Test
    void of_two_equally_near_fewer_users_meet_the_candidate() {
        assertThat(ReplicaSplit.candidateReplicas(45, 3, 3))
                .as("40 %, not 50 %")
                .isEqualTo(2);
    }

    @ParameterizedTest(name = "{0} % of {1} pods and up to {2} more: {3} beside {4}")
    @CsvSource({
        "10, 1, 0, 1, 1",
        "10, 1, 8, 9, 1",
        "10, 1, 20, 9, 1",
        "10, 1, 3, 4, 1",
        "25, 2, 1, 3, 1",
        "45, 2, 1, 2, 2", // 50 % without another pod is as near as 40 % with one
        "50, 2, 4, 2, 2",
    })
    void stable_pods_are_added_only_where_that_comes_nearer(
            int weight, int replicas, int surge, int stable, int candidate) {
        assertThat(ReplicaSplit.plan(weight, replicas, surge)).isEqualTo(new Plan(stable, candidate));
    }
}
