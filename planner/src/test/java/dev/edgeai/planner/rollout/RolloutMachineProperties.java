package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus.RejectedDigest;
import dev.edgeai.api.v1alpha1.rollout.RampStep;
import dev.edgeai.api.v1alpha1.rollout.RolloutOverridesBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.planner.rollout.RolloutWorld.Nature;
import dev.edgeai.planner.traffic.TrafficMode.Only;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.NullUnmarked;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What holds for every rollout, however versions behave and wherever the operator dies. The world itself checks after
 * each write that users reach only verified versions and always a ready pod.
 */
@NullUnmarked // null takes a default
class RolloutMachineProperties {
    private static final int TICKS = 2000;

    @Property(tries = 300)
    void the_last_good_version_serves_in_the_end_and_bad_ones_are_gone_and_rejected(
            @ForAll @Size(max = 3) List<Nature> natures,
            @ForAll @IntRange(min = 1, max = 5) int replicas,
            @ForAll @IntRange(min = 1, max = 90) int weight,
            @ForAll @IntRange(max = 40) int crashPercent,
            @ForAll long seed) {
        List<RampStep> ramp = List.of(new RampStep(weight, new TimeSpan("30s")));
        RolloutPolicy policy =
                RolloutOverridesBuilder.builder().ramp(ramp).build().over(RolloutPolicy.defaults());
        RolloutWorld world = new RolloutWorld(policy, crashPercent / 100.0, seed);
        world.replicas = replicas;
        String good = world.want("first", Nature.GOOD).revision();
        world.settle(TICKS);
        assertThat(world.stored.stable().revision()).isEqualTo(good);
        for (int i = 0; i < natures.size(); i++) {
            String next = world.want("v" + i, natures.get(i)).revision();
            world.settle(TICKS);
            good = natures.get(i) == Nature.GOOD ? next : good;
            assertThat(world.stored.stable().revision()).isEqualTo(good);
            assertThat(world.traffic).isEqualTo(new Only(good));
            assertThat(world.deployed()).containsExactly(good);
            assertThat(world.replicasOf(good)).isEqualTo(replicas);
            assertThat(world.stored.rejected())
                    .extracting(RejectedDigest::revision)
                    .doesNotContain(good);
            if (natures.get(i) != Nature.GOOD) {
                assertThat(world.stored.rejected())
                        .extracting(RejectedDigest::revision)
                        .contains(next);
                assertThat(world.stored.lastRollback().fromDigest()).isEqualTo(RolloutWorld.digest("v" + i));
            }
        }
    }

    @Property(tries = 200)
    void a_newer_candidate_at_any_moment_wins(
            @ForAll @IntRange(max = 120) int ticks,
            @ForAll Nature first,
            @ForAll @IntRange(max = 30) int crashPercent,
            @ForAll long seed) {
        RolloutWorld world = new RolloutWorld(RolloutPolicy.defaults(), crashPercent / 100.0, seed);
        world.want("old", Nature.GOOD);
        world.settle(TICKS);
        world.want("superseded", first);
        for (int i = 0; i < ticks; i++) {
            world.tick();
        }
        String newer = world.want("newer", Nature.GOOD).revision();
        world.settle(TICKS);
        assertThat(world.stored.stable().revision()).isEqualTo(newer);
        assertThat(world.deployed()).containsExactly(newer);
    }

    @Property(tries = 200)
    void suspending_and_resuming_at_any_moment_changes_nothing_of_the_end(
            @ForAll @IntRange(max = 120) int before,
            @ForAll @IntRange(min = 2, max = 40) int during,
            @ForAll Nature nature,
            @ForAll @IntRange(max = 30) int crashPercent,
            @ForAll long seed) {
        RolloutWorld world = new RolloutWorld(RolloutPolicy.defaults(), crashPercent / 100.0, seed);
        String old = world.want("old", Nature.GOOD).revision();
        world.settle(TICKS);
        String next = world.want("next", nature).revision();
        for (int i = 0; i < before; i++) {
            world.tick();
        }
        world.suspended = true;
        for (int i = 0; i < during; i++) {
            world.tick();
        }
        world.suspended = false;
        for (int i = 0; i < 5; i++) {
            world.tick();
        }
        world.settle(TICKS);
        assertThat(world.stored.stable().revision()).isEqualTo(nature == Nature.GOOD ? next : old);
    }

    @Property(tries = 100)
    void a_first_version_that_is_bad_never_serves(@ForAll @IntRange(max = 30) int crashPercent, @ForAll long seed) {
        for (Nature nature : List.of(Nature.CRASHES, Nature.REFUSED, Nature.NEVER_READY, Nature.WRONG_ANSWERS)) {
            RolloutWorld world = new RolloutWorld(RolloutPolicy.defaults(), crashPercent / 100.0, seed);
            world.want("bad", nature);
            world.settle(TICKS);
            assertThat(world.stored.stable()).isNull();
            assertThat(world.traffic).isNull();
            assertThat(world.deployed()).isEmpty();
            assertThat(world.stored.phase()).isEqualTo(RolloutPhase.IDLE);
        }
    }
}
