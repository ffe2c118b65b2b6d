package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatusBuilder;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.rollout.Promotion;
import dev.edgeai.api.v1alpha1.rollout.RampStep;
import dev.edgeai.api.v1alpha1.rollout.RolloutOverrides;
import dev.edgeai.api.v1alpha1.rollout.RolloutOverridesBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.planner.rollout.RolloutWorld.Nature;
import dev.edgeai.planner.traffic.TrafficMode.Only;
import dev.edgeai.planner.version.VariantChoice;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.AWAITING_PROMOTION;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.BAKING;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.IDLE;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.RAMPING;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.ROLLING_BACK;
import static org.assertj.core.api.Assertions.assertThat;

/** What a person says counts for the revision that it names, and once. */
@NullUnmarked // null takes a default
class RolloutCommandsTest {
    private static final String BLUE = "rev-blue";
    private static final String GREEN = "rev-green";

    /** A renamed target brings out the same revisions, and the annotation still stands. */
    @Test
    void what_one_target_of_a_model_acted_on_asks_nothing_of_another() {
        TargetStatus renamed = TargetStatusBuilder.builder(RolloutMachine.begin("cams", RolloutWorld.T0))
                .consumed(Map.of(Labels.ABORT, "rev-green"))
                .build();
        TargetStatus anew = RolloutMachine.begin("kameras", RolloutWorld.T0, List.of(renamed));
        assertThat(anew.consumed()).containsExactly(Map.entry(Labels.ABORT, "rev-green"));
        RolloutWorld world = RolloutWorld.serving();
        world.stored = TargetStatusBuilder.builder(world.stored)
                .consumed(anew.consumed())
                .build();
        world.abort = "rev-green";
        world.want("green", Nature.GOOD);
        world.settle(1000);
        assertThat(world.stored.rejected()).isEmpty();
        assertThat(world.stored.stable().revision()).isEqualTo(GREEN);
    }

    @Test
    void approval_is_for_one_revision_and_is_used_up() {
        RolloutWorld world = RolloutWorld.serving(
                RolloutOverridesBuilder.builder().promotion(Promotion.MANUAL).build());
        world.want("green", Nature.GOOD);
        world.promote = GREEN;
        world.until(BAKING);
        world.pods.take(GREEN, 0, true, world.now);
        world.pods.take(GREEN, 0, true, world.now);
        world.tick();
        assertThat(world.stored.phase()).isEqualTo(ROLLING_BACK);
        world.until(AWAITING_PROMOTION);
        for (int i = 0; i < 50; i++) {
            world.tick();
        }
        assertThat(world.stored.phase()).as("the approval was used").isEqualTo(AWAITING_PROMOTION);
        assertThat(world.stored.message()).contains("edgeai.dev/promote=" + GREEN + "/");
        world.promote = GREEN + "/again";
        world.until(BAKING);
    }

    @Test
    void manual_promotion_waits_without_a_ramp_too_also_when_it_is_emptied_on_the_way() {
        RolloutOverrides manual = RolloutOverridesBuilder.builder()
                .promotion(Promotion.MANUAL)
                .ramp(List.of())
                .build();
        RolloutWorld world = RolloutWorld.serving(manual);
        world.want("green", Nature.GOOD);
        world.until(AWAITING_PROMOTION);
        assertThat(world.traffic).isEqualTo(new Only(BLUE));

        RolloutWorld ramped = RolloutWorld.serving(
                RolloutOverridesBuilder.builder().promotion(Promotion.MANUAL).build());
        ramped.want("green", Nature.GOOD);
        ramped.until(RAMPING);
        assertThat(RolloutMachine.decide(
                                ramped.stored, ramped.observe(), manual.over(RolloutPolicy.defaults()), ramped.now)
                        .status()
                        .phase())
                .isEqualTo(AWAITING_PROMOTION);
    }

    @Test
    void a_person_aborts_one_revision_once() {
        RolloutWorld world = RolloutWorld.serving();
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        world.abort = GREEN;
        world.settle(50);
        assertThat(world.stored.lastRollback().reason()).isEqualTo("Aborted");
        assertThat(world.stored.lastRollback().blame()).isEqualTo(Blame.PERSON);
        assertThat(VariantChoice.rejected(world.stored, GREEN)).isTrue();
        world.retry = "1";
        world.settle(1000);
        assertThat(world.stored.stable().revision())
                .as("the old word does not count again")
                .isEqualTo(GREEN);
    }

    @Test
    void a_person_skips_the_hold_and_the_bake() {
        RolloutWorld world = RolloutWorld.serving(RolloutOverridesBuilder.builder()
                .ramp(List.of(new RampStep(33, new TimeSpan("10h"))))
                .bake(new TimeSpan("10h"))
                .build());
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        world.skip = GREEN;
        world.until(BAKING);
        world.skip = GREEN + "/bake";
        world.until(IDLE);
        assertThat(world.stored.message()).contains("serves");
    }

    @Test
    void going_back_during_the_bake_is_one_write_and_no_verdict() {
        RolloutWorld world = RolloutWorld.serving();
        world.want("green", Nature.GOOD);
        world.until(BAKING);
        world.want("blue", Nature.GOOD);
        world.rollbackTo = RolloutWorld.digest("blue");
        world.tick();
        assertThat(world.traffic).isEqualTo(new Only(BLUE));
        assertThat(world.events()).anyMatch(message -> message.contains("rollback-to"));
        world.settle(50);
        assertThat(world.stored.stable().revision()).isEqualTo(BLUE);
        assertThat(world.stored.rejected()).isEmpty();
    }

    @Test
    void going_back_to_what_nobody_knows_is_not_said_to_happen() {
        RolloutWorld world = RolloutWorld.serving();
        world.rollbackTo = "sha256:typo";
        world.tick();
        assertThat(world.events()).noneMatch(message -> message.contains("rollback-to"));
    }
}
