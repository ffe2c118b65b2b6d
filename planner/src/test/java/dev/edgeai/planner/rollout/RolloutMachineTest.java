package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus.RejectedDigest;
import dev.edgeai.api.v1alpha1.rollout.Promotion;
import dev.edgeai.api.v1alpha1.rollout.RampStep;
import dev.edgeai.api.v1alpha1.rollout.RolloutOverridesBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.planner.rollout.RolloutAction.RecordEvent;
import dev.edgeai.planner.rollout.RolloutAction.Requeue;
import dev.edgeai.planner.rollout.RolloutAction.SetTraffic;
import dev.edgeai.planner.rollout.RolloutAction.StartWarmup;
import dev.edgeai.planner.rollout.RolloutWorld.Nature;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.traffic.TrafficMode.Only;
import dev.edgeai.planner.traffic.TrafficMode.Split;
import dev.edgeai.planner.version.CertifiedVersion;
import dev.edgeai.planner.version.VariantChoice;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.AWAITING_PROMOTION;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.BAKING;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.IDLE;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.PAUSED;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.PREPARING;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.PROMOTING;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.RAMPING;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.ROLLING_BACK;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.WARMING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

@NullUnmarked // null takes a default
class RolloutMachineTest {
    private static final String BLUE = "rev-blue";
    private static final String GREEN = "rev-green";

    private static RolloutPolicy manual() {
        return RolloutOverridesBuilder.builder()
                .promotion(Promotion.MANUAL)
                .build()
                .over(RolloutPolicy.defaults());
    }

    private static RolloutPolicy ramp(int weight) {
        return RolloutOverridesBuilder.builder()
                .ramp(List.of(new RampStep(weight, new TimeSpan("30s"))))
                .build()
                .over(RolloutPolicy.defaults());
    }

    private static RolloutWorld serving(RolloutPolicy policy) {
        RolloutWorld world = new RolloutWorld(policy, 0, 1);
        world.want("blue", Nature.GOOD);
        world.settle(400);
        return world;
    }

    private static RolloutWorld serving() {
        return serving(RolloutPolicy.defaults());
    }

    @Test
    void the_first_version_is_gated_by_the_warm_up_alone() {
        RolloutWorld world = serving();
        assertThat(world.phases).containsExactly(PREPARING, WARMING, PROMOTING, IDLE);
        assertThat(world.stored.stable().weight()).isEqualTo(100);
        assertThat(world.stored.stable().readyReplicas()).isEqualTo(2);
        assertThat(world.stored.message())
                .startsWith("openvino/blue (revision ")
                .endsWith(" serves");
    }

    @Test
    void a_good_version_climbs_the_ramp_bakes_and_replaces_the_old_one() {
        RolloutWorld world = serving();
        world.phases.clear();
        world.want("green", Nature.GOOD);
        world.settle(1000);
        assertThat(world.phases).containsExactly(PREPARING, WARMING, RAMPING, PROMOTING, BAKING, IDLE);
        assertThat(world.stored.stable().revision()).isEqualTo(GREEN);
        assertThat(world.deployed()).containsExactly(GREEN);
    }

    @Test
    void each_step_is_held_at_its_true_weight() {
        RolloutWorld world = serving();
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        assertThat(world.stored.step()).isZero();
        Instant began = world.now;
        while (Integer.valueOf(0).equals(world.stored.step())) {
            world.tick();
            assertThat(world.replicasOf(BLUE)).as("stable is never scaled down").isEqualTo(2);
        }
        assertThat(Duration.between(began, world.now)).isGreaterThanOrEqualTo(Duration.ofSeconds(30));
        assertThat(world.stored.candidate().weight()).as("1 of 3 pods").isEqualTo(33);
        assertThat(world.stored.candidate().desiredWeight()).isEqualTo(10);
        assertThat(world.stored.step()).isEqualTo(1);
    }

    @Test
    void the_candidate_has_all_its_pods_before_traffic_is_its_alone() {
        RolloutWorld world = serving(ramp(10));
        world.replicas = 5;
        world.settle(50);
        world.want("green", Nature.GOOD);
        world.until(PROMOTING);
        assertThat(world.replicasOf(GREEN)).as("so far a share of 10 %").isEqualTo(1);
        while (world.stored.phase() == PROMOTING) {
            world.tick();
            if (world.traffic instanceof Only(String rev) && rev.equals(GREEN)) {
                assertThat(world.replicasOf(GREEN)).isEqualTo(5);
            }
        }
        assertThat(world.stored.phase()).isEqualTo(BAKING);
        assertThat(world.replicasOf(BLUE)).as("blue stays up during the bake").isEqualTo(5);
        assertThat(world.stored.previous().revision()).isEqualTo(BLUE);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "CRASHES, CrashLoop",
        "REFUSED, CertificateInvalid",
        "NEVER_READY, ProgressDeadlineExceeded",
        "WRONG_ANSWERS, WarmupFailed",
        "FAILS_REQUESTS, ErrorBurst",
        "SLOW, AnalysisFailed",
    })
    void a_bad_version_is_rolled_back_for_its_own_reason(Nature nature, String reason) {
        RolloutWorld world = serving();
        world.want("green", nature);
        world.settle(1000);
        assertThat(world.stored.lastRollback().reason()).isEqualTo(reason);
        assertThat(world.stored.lastRollback().toDigest()).isEqualTo(RolloutWorld.digest("blue"));
        assertThat(world.stored.lastRollback().millisToZeroWeight()).isNotNull();
        assertThat(world.stored.rejected())
                .extracting(RejectedDigest::digest, RejectedDigest::revision, RejectedDigest::reason)
                .containsExactly(tuple(RolloutWorld.digest("green"), GREEN, reason));
        assertThat(world.stored.message())
                .contains("was rejected (" + reason + ")")
                .contains("edgeai.dev/retry");
    }

    @Test
    void a_rollback_is_one_write_before_anything_else() {
        RolloutWorld world = serving();
        world.want("green", Nature.SLOW);
        world.until(RAMPING);
        while (world.stored.phase() == RAMPING) {
            world.tick();
        }
        assertThat(world.stored.phase()).isEqualTo(ROLLING_BACK);
        assertThat(world.last.actions()).hasSize(3);
        assertThat(world.last.actions().get(0)).isEqualTo(new SetTraffic(new Only(BLUE)));
        assertThat(world.last.actions().get(1)).isInstanceOf(RecordEvent.class);
        assertThat(world.last.actions().get(2)).isEqualTo(new Requeue(Duration.ZERO));
    }

    @Test
    void during_the_bake_a_failure_goes_back_to_the_previous_version() {
        RolloutWorld world = serving();
        world.want("green", Nature.GOOD);
        world.until(BAKING);
        world.want("green", Nature.FAILS_REQUESTS);
        world.live();
        world.tick();
        assertThat(world.traffic).isEqualTo(new Only(BLUE));
        assertThat(world.stored.phase()).isEqualTo(ROLLING_BACK);
        world.settle(50);
        assertThat(world.stored.stable().revision()).isEqualTo(BLUE);
        assertThat(world.stored.previous()).isNull();
        assertThat(world.deployed()).containsExactly(BLUE);
    }

    @Test
    void a_retry_forgets_what_was_rejected_once() {
        RolloutWorld world = serving();
        world.want("green", Nature.SLOW);
        world.settle(1000);
        world.want("green", Nature.GOOD);
        world.retry = "1";
        world.settle(1000);
        assertThat(world.stored.stable().revision()).isEqualTo(GREEN);
        assertThat(world.stored.retry()).isEqualTo("1");
        world.want("red", Nature.CRASHES);
        world.settle(1000);
        assertThat(world.stored.rejected()).as("the old value clears nothing").hasSize(1);
    }

    @Test
    void the_same_digest_served_another_way_is_rolled_out_and_can_be_rejected_without_touching_stable() {
        RolloutWorld world = serving();
        CertifiedVersion blue = RolloutWorld.version("blue");
        CertifiedVersion smaller = new CertifiedVersion(
                "rev-smaller",
                blue.artifact(),
                blue.digest(),
                blue.certificate(),
                blue.run(),
                blue.trial(),
                blue.variant(),
                blue.speedup(),
                blue.accuracyRetention(),
                blue.quality(),
                blue.latencyP95Micros(),
                blue.image());
        world.want("smaller", Nature.CRASHES);
        world.wanted = smaller;
        world.settle(100);
        assertThat(world.stored.stable().revision()).isEqualTo(BLUE);
        assertThat(VariantChoice.rejected(world.stored, "rev-smaller")).isTrue();
        assertThat(VariantChoice.rejected(world.stored, BLUE)).isFalse();
    }

    @Test
    void manual_promotion_waits_at_the_last_step_for_the_annotation_with_this_revision() {
        RolloutWorld world = serving(manual());
        world.want("green", Nature.GOOD);
        world.until(AWAITING_PROMOTION);
        world.promote = BLUE;
        for (int i = 0; i < 100; i++) {
            world.tick();
        }
        assertThat(world.stored.phase()).isEqualTo(AWAITING_PROMOTION);
        assertThat(world.weight(GREEN)).isEqualTo(50);
        assertThat(world.stored.message()).contains("edgeai.dev/promote=" + GREEN);
        world.promote = GREEN;
        world.until(BAKING);
    }

    @Test
    void a_version_that_waits_for_promotion_is_still_watched() {
        RolloutWorld world = serving(manual());
        world.want("green", Nature.GOOD);
        world.until(AWAITING_PROMOTION);
        world.want("green", Nature.SLOW);
        world.settle(200);
        assertThat(world.stored.stable().revision()).isEqualTo(BLUE);
    }

    @Test
    void metrics_that_cannot_be_read_take_the_candidate_back_but_do_not_reject_it() {
        RolloutWorld world = serving();
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        world.silent = true;
        world.until(IDLE);
        assertThat(world.stored.lastRollback().reason()).isEqualTo("AnalysisUnavailable");
        assertThat(world.stored.lastRollback().message()).contains("pod a: timed out");
        assertThat(world.stored.rejected()).isEmpty();
        Instant back = world.now;
        world.silent = false;
        world.until(PREPARING);
        assertThat(Duration.between(back, world.now)).as("not at once").isGreaterThan(Duration.ofSeconds(20));
        world.settle(1000);
        assertThat(world.stored.stable().revision()).isEqualTo(GREEN);
    }

    @Test
    void a_bake_waits_for_metrics_that_cannot_be_read_but_not_for_ever_and_does_not_roll_back_on_them() {
        RolloutWorld world = serving();
        world.want("green", Nature.GOOD);
        world.until(BAKING);
        world.silent = true;
        Instant began = world.now;
        while (Duration.between(began, world.now).compareTo(Duration.ofMinutes(15)) < 0) {
            world.tick();
        }
        assertThat(world.stored.phase()).isEqualTo(BAKING);
        assertThat(world.stored.message()).contains("pod a: timed out");
        world.until(IDLE);
        assertThat(world.stored.stable().revision()).isEqualTo(GREEN);
        assertThat(world.last.actions())
                .filteredOn(RecordEvent.class::isInstance)
                .extracting(Object::toString)
                .anyMatch(event -> event.contains("ends without a reading"));
    }

    @Test
    void a_bake_that_cannot_be_read_does_not_hold_a_newer_version_beyond_its_time() {
        RolloutWorld world = serving();
        world.want("green", Nature.GOOD);
        world.until(BAKING);
        world.silent = true;
        world.want("red", Nature.GOOD);
        Instant began = world.now;
        world.until(PREPARING);
        assertThat(Duration.between(began, world.now)).isLessThan(Duration.ofMinutes(11));
        assertThat(world.stored.candidate().revision()).isEqualTo("rev-red");
    }

    @Test
    void a_newer_candidate_takes_the_weight_of_the_older_one_first() {
        RolloutWorld world = serving();
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        world.tick();
        assertThat(world.traffic).isInstanceOf(Split.class);
        world.want("red", Nature.GOOD);
        world.tick();
        assertThat(world.last.actions().getFirst()).isEqualTo(new SetTraffic(new Only(BLUE)));
        assertThat(world.stored.phase()).isEqualTo(PREPARING);
        assertThat(world.stored.candidate().revision()).isEqualTo("rev-red");
        assertThat(world.stored.rejected()).isEmpty();
        world.tick();
        world.tick();
        assertThat(world.deployed()).containsExactly(BLUE, "rev-red");
    }

    @Test
    void going_back_to_what_serves_gives_the_candidate_up() {
        RolloutWorld world = serving();
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        world.want("blue", Nature.GOOD);
        world.settle(20);
        assertThat(world.stored.stable().revision()).isEqualTo(BLUE);
        assertThat(world.deployed()).containsExactly(BLUE);
        assertThat(world.stored.rejected()).isEmpty();
    }

    @Test
    void while_suspended_stable_serves_and_nothing_moves_and_the_ramp_goes_on_where_it_was() {
        RolloutWorld world = serving();
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        while (!Integer.valueOf(1).equals(world.stored.step())) {
            world.tick();
        }
        world.suspended = true;
        for (int i = 0; i < 100; i++) {
            world.tick();
        }
        assertThat(world.stored.phase()).isEqualTo(PAUSED);
        assertThat(world.stored.pausedPhase()).isEqualTo(RAMPING);
        assertThat(world.traffic).isEqualTo(new Only(BLUE));
        world.suspended = false;
        world.tick();
        assertThat(world.stored.phase()).isEqualTo(RAMPING);
        assertThat(world.stored.step()).isEqualTo(1);
        world.settle(1000);
        assertThat(world.stored.stable().revision()).isEqualTo(GREEN);
    }

    @Test
    void a_lost_deployment_is_made_again_and_replicas_follow_the_scale() {
        RolloutWorld world = serving();
        world.replicas = 4;
        world.tick();
        assertThat(world.replicasOf(BLUE)).isEqualTo(4);
        world.pods.delete(BLUE);
        world.tick();
        assertThat(world.replicasOf(BLUE)).isEqualTo(4);
        world.replicas = 0;
        world.tick();
        assertThat(world.replicasOf(BLUE)).isZero();
    }

    @Test
    void with_no_replicas_nothing_new_is_brought_out() {
        RolloutWorld world = serving();
        world.replicas = 0;
        world.want("green", Nature.GOOD);
        for (int i = 0; i < 10; i++) {
            world.tick();
        }
        assertThat(world.stored.phase()).isEqualTo(IDLE);
        assertThat(world.stored.message()).contains("replicas is 0");
    }

    @Test
    void one_event_tells_each_transition_and_the_warm_up_is_made_once() {
        RolloutWorld world = serving();
        world.want("green", Nature.GOOD);
        int events = 0;
        int warmups = 0;
        for (int i = 0; i < 400; i++) {
            world.tick();
            events += (int) world.last.actions().stream()
                    .filter(RecordEvent.class::isInstance)
                    .count();
            warmups += (int) world.last.actions().stream()
                    .filter(StartWarmup.class::isInstance)
                    .count();
        }
        // Preparing, Warming, two steps of the ramp, Promoting, Baking, and rolled out
        assertThat(events).isEqualTo(7);
        assertThat(warmups).isEqualTo(1);
    }

    @Test
    void at_most_twenty_rejections_are_remembered() {
        RolloutWorld world = serving();
        for (int i = 0; i < 23; i++) {
            world.want("bad" + i, Nature.CRASHES);
            world.settle(100);
        }
        assertThat(world.stored.rejected()).hasSize(20);
        assertThat(world.stored.rejected().getLast().revision()).isEqualTo("rev-bad22");
        assertThat(List.of(Reason.CRASH_LOOP.text()))
                .contains(world.stored.rejected().getFirst().reason());
    }

    @Test
    void a_rollback_drops_what_the_same_decision_had_begun() {
        RolloutWorld world = serving(RolloutOverridesBuilder.builder()
                .ramp(List.of(new RampStep(33, new TimeSpan("30s"))))
                .build()
                .over(RolloutPolicy.defaults()));
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        assertThat(world.traffic).as("the split is still to be written").isEqualTo(new Only(BLUE));
        world.replicas = 5;
        world.want("green", Nature.NEVER_READY);
        world.pods.force(GREEN, 1); // of the two that 33 % of five stable pods need
        world.now = world.now.plus(Duration.ofHours(1));
        world.until(IDLE);
        assertThat(world.splits).as("no user was sent to it").isZero();
        assertThat(world.stored.rejected())
                .as("its second pod is young: nothing is known against the version")
                .isEmpty();
    }

    @Test
    void what_serves_survives_a_lost_status_and_is_taken_over_again() {
        RolloutWorld world = serving();
        CertifiedVersion blue = world.wanted;
        world.stored = RolloutMachine.begin("line-cameras", world.now);
        world.wanted = null;
        world.tick();
        world.tick();
        assertThat(world.deployed()).containsExactly(BLUE);
        world.wanted = blue;
        world.settle(100);
        assertThat(world.stored.stable().revision()).isEqualTo(BLUE);
    }

    @Test
    void deciding_twice_on_the_same_picture_is_deciding_once() {
        RolloutWorld world = serving();
        assertThat(world.last.status()).isEqualTo(world.stored);
        RolloutPhase phase = world.stored.phase();
        world.tick();
        assertThat(world.stored.phase()).isEqualTo(phase);
        assertThat(world.settled()).isTrue();
    }
}
