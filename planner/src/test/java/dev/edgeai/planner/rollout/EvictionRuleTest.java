package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.planner.rollout.RolloutWorld.Nature;
import dev.edgeai.planner.status.Reason;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

@NullUnmarked // null takes a default
class EvictionRuleTest {
    @ParameterizedTest(name = "{0} pods, {1} leaving, no place for {2} s: {3} have to stay")
    @CsvSource({"1, 0, 0, 1", "2, 1, 0, 1", "2, 1, 120, 1", "2, 1, 121, 0", "4, 1, 300, 2", "3, 0, 300, 3", "0, 0, 0, 0"
    })
    void a_drain_leaves_as_many_pods_as_are_wanted_but_is_not_held_for_ever(
            int asked, int leaving, int seconds, int stay) {
        Instant now = RolloutWorld.T0;
        RevisionState state = RevisionStateBuilder.builder(RevisionState.of(asked, asked - leaving))
                .leaving(leaving)
                .disturbance(
                        seconds == 0
                                ? Optional.empty()
                                : Optional.of(new Disturbance(
                                        Reason.UNSCHEDULABLE, "0/3 nodes are available", now.minusSeconds(seconds))))
                .build();
        assertThat(EvictionRule.podsToKeep(state, asked, now)).isEqualTo(stay);
    }

    /** {@code kubectl drain} cordons and evicts at once: the look that first sees the cordon may not open the door. */
    @ParameterizedTest(name = "{0} pods")
    @CsvSource({"1", "2", "5"})
    void at_the_first_look_after_a_cordon_all_pods_stay(int pods) {
        RolloutWorld world = new RolloutWorld(RolloutPolicy.defaults(), 0, 1);
        world.replicas = pods;
        world.want("blue", Nature.GOOD);
        world.settle(400);
        String serving = world.stored.stable().revision();
        RevisionState cordoned = RevisionStateBuilder.builder(RevisionState.of(pods, pods))
                .leaving(1)
                .build();
        RolloutDecision decision = RolloutMachine.decide(
                world.stored,
                RolloutObservationBuilder.builder(world.observe())
                        .revisions(Map.of(serving, cordoned))
                        .build(),
                RolloutPolicy.defaults(),
                world.now);
        assertThat(decision.pods(serving)).contains(pods + 1);
        int asked = decision.pods(serving).orElse(cordoned.replicas());
        assertThat(EvictionRule.podsToKeep(cordoned, asked, world.now)).isEqualTo(pods);
    }

    @Test
    void what_a_decision_leaves_as_it_is_has_no_number() {
        RolloutWorld world = new RolloutWorld(RolloutPolicy.defaults(), 0, 1);
        world.want("blue", Nature.GOOD);
        world.settle(400);
        RolloutDecision decision =
                RolloutMachine.decide(world.stored, world.observe(), RolloutPolicy.defaults(), world.now);
        assertThat(decision.pods(world.stored.stable().revision())).isEmpty();
    }
}
