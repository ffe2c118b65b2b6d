package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.rollout.Promotion;
import dev.edgeai.api.v1alpha1.rollout.RampStep;
import dev.edgeai.api.v1alpha1.rollout.RolloutOverridesBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.api.v1alpha1.rollout.Traffic;
import dev.edgeai.api.v1alpha1.rollout.TrafficProvider;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.planner.rollout.RolloutWorld.Nature;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.traffic.Selection;
import dev.edgeai.planner.traffic.TrafficMode.Only;
import dev.edgeai.planner.version.VariantChoice;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.AWAITING_PROMOTION;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.BAKING;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.IDLE;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.PREPARING;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.PROMOTING;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.RAMPING;
import static dev.edgeai.api.v1alpha1.rollout.RolloutPhase.ROLLING_BACK;
import static org.assertj.core.api.Assertions.assertThat;

/** What happens to a cluster is not the model's fault, and nothing waits for ever. */
@NullUnmarked // null takes a default
class RolloutTrustTest {
    private static final String BLUE = "rev-blue";
    private static final String GREEN = "rev-green";

    @Test
    void a_registry_that_denies_access_is_told_with_its_remedy_and_tried_again_until_it_gives_it() {
        RolloutWorld world = RolloutWorld.serving();
        world.pods.lacking = new Failure("RegistryUnavailable", "the registry answered 401. Give credentials.");
        world.want("green", Nature.GOOD);
        world.until(PREPARING);
        world.tick();
        world.tick();
        assertThat(world.stored.message())
                .contains("RegistryUnavailable: the registry answered 401. Give credentials.");
        world.until(IDLE);
        assertThat(world.stored.lastRollback().reason()).isEqualTo("RegistryUnavailable");
        assertThat(world.stored.lastRollback().blame()).isEqualTo(Blame.ENVIRONMENT);
        assertThat(world.stored.rejected()).isEmpty();
        world.pods.lacking = null;
        world.settle(1000);
        assertThat(world.stored.stable().revision()).isEqualTo(GREEN);
    }

    @Test
    void no_replicas_is_an_orderly_state_and_a_new_version_comes_out_when_there_are_some_again() {
        RolloutWorld world = RolloutWorld.serving();
        world.replicas = 0;
        world.settle(20);
        assertThat(world.replicasOf(BLUE)).isZero();
        assertThat(world.stored.message()).contains("replicas is 0");
        world.want("green", Nature.GOOD);
        world.tick();
        world.replicas = 1;
        world.settle(1000);
        assertThat(world.stored.stable().revision()).isEqualTo(GREEN);
    }

    @Test
    void scaling_to_nothing_on_the_way_gives_the_candidate_up_without_a_word_against_it() {
        RolloutWorld world = RolloutWorld.serving();
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        world.replicas = 0;
        for (int i = 0; i < 10; i++) {
            world.tick();
        }
        assertThat(world.stored.phase()).isEqualTo(IDLE);
        assertThat(world.deployed()).containsExactly(BLUE);
        assertThat(world.stored.rejected()).isEmpty();
        assertThat(world.stored.waiting()).isNull();
    }

    @Test
    void stable_that_lost_its_deployment_is_restored_before_users_are_sent_back_to_it() {
        RolloutWorld world = RolloutWorld.serving();
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        world.tick();
        world.tick();
        world.pods.delete(BLUE);
        world.abort = GREEN;
        world.tick();
        assertThat(world.stored.phase()).isEqualTo(ROLLING_BACK);
        assertThat(world.selection).as("only green answers").isEqualTo(new Selection.All());
        world.settle(30);
        assertThat(world.selection).isEqualTo(new Selection.One(BLUE));
        assertThat(world.deployed()).containsExactly(BLUE);
    }

    @Test
    void a_verified_version_takes_the_place_of_one_whose_pods_fit_on_no_node_any_more() {
        RolloutWorld world = RolloutWorld.serving();
        world.pods.unplaceable.add(BLUE);
        world.pods.take(BLUE, 0, false, world.now);
        world.pods.take(BLUE, 0, false, world.now);
        world.want("green", Nature.GOOD);
        while (world.stored.phase() != RAMPING) {
            world.tick();
        }
        Instant ramping = world.now;
        while (world.traffic.weightOf(GREEN) == 0) {
            world.tick();
        }
        assertThat(Duration.between(ramping, world.now)).isLessThan(Duration.ofSeconds(40));
        assertThat(world.stored.message()).contains("serves in its place");
        world.settle(2000);
        assertThat(world.traffic).isEqualTo(new Only(GREEN));
        assertThat(world.stored.lastRollback()).isNull();
    }

    /** The pods of what served fit on no node any more, and the verified version has taken its place. */
    private static RolloutWorld standingIn(RolloutWorld world) {
        world.pods.unplaceable.add(BLUE);
        world.pods.take(BLUE, 0, false, world.now);
        world.pods.take(BLUE, 0, false, world.now);
        world.want("green", Nature.GOOD);
        while (world.stored.candidate() == null || world.stored.candidate().weight() < 100) {
            world.tick();
        }
        return world;
    }

    @Test
    void a_person_need_not_wait_for_a_version_whose_pods_fit_on_no_node() {
        RolloutWorld world = standingIn(RolloutWorld.serving(RolloutOverridesBuilder.builder()
                .progressDeadline(new TimeSpan("10h"))
                .build()));
        world.skip = GREEN;
        for (int i = 0; i < 100; i++) {
            world.tick();
        }
        assertThat(world.stored.phase()).as("that word is for a step").isEqualTo(RAMPING);
        assertThat(world.stored.message()).contains("edgeai.dev/skip=" + GREEN + "/alone");
        Instant asked = world.now;
        world.skip = GREEN + "/alone";
        world.until(BAKING);
        assertThat(Duration.between(asked, world.now)).isLessThan(Duration.ofMinutes(2));
    }

    @Test
    void where_a_person_promotes_that_word_leaves_the_version_that_stands_in_all_its_pods() {
        RolloutWorld world = standingIn(RolloutWorld.serving(RolloutOverridesBuilder.builder()
                .ramp(List.of(new RampStep(33, new TimeSpan("10s"))))
                .promotion(Promotion.MANUAL)
                .build()));
        for (int i = 0; i < 50; i++) {
            world.tick();
        }
        int pods = world.pods.ready(GREEN);
        assertThat(pods).isEqualTo(2);
        world.skip = GREEN + "/alone";
        world.until(AWAITING_PROMOTION);
        for (int i = 0; i < 100; i++) {
            world.tick();
            assertThat(world.pods.ready(GREEN)).isEqualTo(pods);
        }
        world.promote = GREEN;
        world.until(BAKING);
    }

    @Test
    void nor_is_it_held_back_when_some_of_them_come_back() {
        RolloutWorld world = standingIn(RolloutWorld.serving());
        world.pods.unplaceable.clear();
        while (world.pods.ready(BLUE) < 2) {
            world.live(); // the operator does not look meanwhile
        }
        world.pods.unplaceable.add(BLUE);
        world.pods.take(BLUE, 0, false, world.now);
        world.skew = Duration.ofMinutes(-5); // another operator, whose clock is behind: the step has just begun
        world.settle(2000);
        assertThat(world.stored.stable().revision()).isEqualTo(GREEN);
    }

    @Test
    void the_only_pod_taken_in_the_bake_sends_users_to_the_previous_version_and_the_new_one_comes_again() {
        RolloutWorld world = RolloutWorld.serving();
        world.replicas = 1;
        world.settle(20);
        world.want("green", Nature.GOOD);
        world.until(BAKING);
        world.pods.take(GREEN, 0, true, world.now);
        world.tick();
        assertThat(world.traffic).isEqualTo(new Only(BLUE));
        assertThat(world.stored.lastRollback().blame()).isEqualTo(Blame.ENVIRONMENT);
        assertThat(world.stored.rejected()).isEmpty();
        world.settle(1000);
        assertThat(world.stored.stable().revision()).isEqualTo(GREEN);
        assertThat(world.stored.waiting()).as("cleared by success").isNull();
    }

    @Test
    void pods_taken_in_the_ramp_are_waited_for_where_they_were() {
        RolloutWorld world = RolloutWorld.serving();
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        world.tick();
        world.phases.clear();
        world.pods.take(GREEN, 0, true, world.now);
        world.settle(1000);
        assertThat(world.phases).doesNotContain(ROLLING_BACK);
        assertThat(world.stored.stable().revision()).isEqualTo(GREEN);
    }

    @Test
    void pods_that_answer_no_more_for_a_while_in_which_those_of_stable_do_are_evidence() {
        RolloutWorld world = RolloutWorld.serving();
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        world.tick();
        world.pods.silence(GREEN, world.now);
        world.tick();
        assertThat(world.stored.phase()).as("one look says nothing").isEqualTo(RAMPING);
        world.until(ROLLING_BACK);
        assertThat(world.stored.lastRollback().blame()).isEqualTo(Blame.MODEL);
        assertThat(world.stored.lastRollback().message()).contains("any more since", "on the same nodes");
        assertThat(VariantChoice.rejected(world.stored, GREEN)).isTrue();
    }

    @Test
    void pods_that_answer_no_more_where_stable_answered_with_a_break_are_not() {
        RolloutWorld world = RolloutWorld.serving();
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        world.tick();
        world.pods.silence(GREEN, world.now);
        world.pods.silence(BLUE, world.now);
        world.tick();
        world.pods.wake(BLUE, world.now);
        for (int i = 0; i < 20; i++) {
            world.tick();
        }
        assertThat(world.stored.phase()).isEqualTo(RAMPING);
        assertThat(world.stored.rejected()).isEmpty();
        world.pods.wake(GREEN, world.now);
        world.settle(1000);
        assertThat(world.stored.stable().revision()).isEqualTo(GREEN);
    }

    @Test
    void two_probes_that_came_too_late_are_no_long_silence_where_a_nodes_clock_is_behind() {
        RolloutWorld world = RolloutWorld.serving();
        world.skew = Duration.ofSeconds(30);
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        while (world.stored.candidate().weight() == 0) {
            world.tick();
        }
        world.pods.silence(GREEN, world.now);
        world.tick();
        world.pods.wake(GREEN, world.now);
        world.settle(1000);
        assertThat(world.stored.rejected()).isEmpty();
        assertThat(world.stored.stable().revision()).isEqualTo(GREEN);
    }

    @Test
    void pods_that_stall_under_load_and_come_back_without_are_evidence_once_they_are_mute_for_long() {
        RolloutWorld world = RolloutWorld.serving();
        world.want("green", Nature.STALLS_BESIDE_OTHERS);
        world.stallTicks = 5; // 15 s: the kubelet's word is not long enough, the operator's looks are enough
        world.until(ROLLING_BACK);
        assertThat(world.stored.lastRollback().blame()).isEqualTo(Blame.MODEL);
        assertThat(world.stored.lastRollback().message()).contains("answers in time any more", "5 looks in a row");
    }

    @Test
    void pods_that_stall_again_and_again_are_taken_back_and_in_the_end_rejected() {
        RolloutWorld world = RolloutWorld.serving();
        world.want("green", Nature.STALLS_BESIDE_OTHERS);
        world.until(ROLLING_BACK);
        assertThat(world.stored.lastRollback().blame()).isEqualTo(Blame.UNKNOWN);
        assertThat(world.stored.lastRollback().message()).contains("lost their readiness 3 times under load");
        for (int i = 0; i < 5000 && !VariantChoice.rejected(world.stored, GREEN); i++) {
            world.tick();
        }
        assertThat(VariantChoice.rejected(world.stored, GREEN)).isTrue();
    }

    @Test
    void an_exhausted_quota_is_told_and_tried_again_later_each_time_until_there_is_room() {
        RolloutWorld world = RolloutWorld.serving();
        world.pods.quota = 2;
        world.want("green", Nature.GOOD);
        world.until(PREPARING);
        world.tick();
        world.tick();
        assertThat(world.stored.message()).contains("QuotaExceeded");
        world.until(IDLE);
        assertThat(world.stored.lastRollback().reason()).isEqualTo("QuotaExceeded");
        assertThat(world.stored.lastRollback().blame()).isEqualTo(Blame.ENVIRONMENT);
        Duration first =
                Duration.between(world.now, Instant.parse(world.stored.waiting().until()));
        world.until(PREPARING);
        world.until(IDLE);
        assertThat(world.stored.waiting().attempts()).isEqualTo(2);
        assertThat(Duration.between(
                        world.now, Instant.parse(world.stored.waiting().until())))
                .isGreaterThan(first);
        assertThat(world.stored.rejected()).isEmpty();
        world.pods.quota = Integer.MAX_VALUE;
        world.settle(1000);
        assertThat(world.stored.stable().revision()).isEqualTo(GREEN);
    }

    @Test
    void a_wait_belongs_to_the_policy_it_began_under() {
        RolloutWorld world = RolloutWorld.serving();
        world.pods.quota = 2;
        world.want("green", Nature.GOOD);
        world.until(PREPARING);
        world.until(IDLE);
        assertThat(RolloutMachine.decide(world.stored, world.observe(), RolloutPolicy.defaults(), world.now)
                        .status()
                        .phase())
                .isEqualTo(IDLE);
        RolloutPolicy other = RolloutOverridesBuilder.builder()
                .bake(new TimeSpan("1m"))
                .build()
                .over(RolloutPolicy.defaults());
        assertThat(RolloutMachine.decide(world.stored, world.observe(), other, world.now)
                        .status()
                        .phase())
                .isEqualTo(PREPARING);
    }

    @Test
    void what_never_becomes_ready_though_nothing_disturbs_it_is_rejected_after_three_tries() {
        RolloutWorld world = RolloutWorld.serving();
        world.want("green", Nature.NEVER_READY);
        world.until(PREPARING);
        world.until(IDLE);
        assertThat(world.stored.rejected()).isEmpty();
        assertThat(world.stored.lastRollback().blame()).isEqualTo(Blame.UNKNOWN);
        world.settle(2000);
        assertThat(VariantChoice.rejected(world.stored, GREEN)).isTrue();
    }

    @Test
    void a_model_with_next_to_no_users_is_judged_by_probes_and_gets_through() {
        RolloutWorld world = RolloutWorld.serving();
        world.quiet = true;
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        world.until(BAKING);
        world.settle(1000);
        assertThat(world.stored.stable().revision()).isEqualTo(GREEN);
        assertThat(world.probes).as("none is left").isEmpty();
    }

    @Test
    void a_slow_version_with_next_to_no_users_is_found_out_by_probes() {
        RolloutWorld world = RolloutWorld.serving();
        world.quiet = true;
        world.want("green", Nature.SLOW);
        world.settle(1000);
        assertThat(world.stored.stable().revision()).isEqualTo(BLUE);
        assertThat(world.stored.lastRollback().reason()).isEqualTo("AnalysisFailed");
        assertThat(world.probes).isEmpty();
    }

    @Test
    void a_candidate_changed_by_hand_is_repaired_and_not_promoted_meanwhile() {
        RolloutWorld world = RolloutWorld.serving();
        world.want("green", Nature.GOOD);
        world.until(PROMOTING);
        world.pods.edit(GREEN);
        RolloutDecision decision =
                RolloutMachine.decide(world.stored, world.observe(), RolloutPolicy.defaults(), world.now);
        assertThat(decision.actions())
                .anyMatch(a -> a instanceof RolloutAction.EnsureDeployment d
                        && d.version().revision().equals(GREEN))
                .noneMatch(a -> a.equals(new RolloutAction.SetTraffic(new Only(GREEN))));
    }

    @Test
    void weights_that_one_pod_cannot_give_are_said_before_and_equal_steps_are_one() {
        RolloutWorld world = RolloutWorld.serving();
        world.replicas = 1;
        world.settle(20);
        world.want("green", Nature.GOOD);
        world.tick();
        assertThat(world.events())
                .anyMatch(message ->
                        message.contains("ramp of 10 %, 50 % is 50 %") && message.contains("rollout.traffic.surge: 8"));
        world.until(RAMPING);
        assertThat(world.stored.step()).as("both steps at once").isEqualTo(1);
    }

    @Test
    void pods_that_may_be_added_make_small_weights_possible_before_users_are_shared() {
        RolloutWorld world = RolloutWorld.serving(RolloutOverridesBuilder.builder()
                .traffic(new Traffic(TrafficProvider.SERVICE, 8))
                .build());
        world.replicas = 1;
        world.settle(20);
        world.want("green", Nature.GOOD);
        world.until(RAMPING);
        while (world.selection instanceof Selection.One) {
            world.tick();
        }
        assertThat(world.weight(GREEN)).isEqualTo(10);
        world.settle(1000);
        assertThat(world.replicasOf(GREEN)).isEqualTo(1);
    }

    @Test
    void a_pod_on_a_cordoned_node_stays_until_another_stands_elsewhere() {
        RolloutWorld world = RolloutWorld.serving();
        world.replicas = 1;
        world.settle(20);
        world.pods.cordoned[0] = true;
        world.settle(20);
        assertThat(world.replicasOf(BLUE)).as("one more comes up first").isEqualTo(2);
        assertThat(world.pods.ready(BLUE)).isEqualTo(2);
        world.pods.drain(0);
        world.settle(20);
        assertThat(world.replicasOf(BLUE)).isEqualTo(1);
        assertThat(world.pods.ready(BLUE)).isEqualTo(1);
    }

    @Test
    void clocks_that_differ_do_not_make_a_wait_longer_than_its_back_off() {
        RolloutWorld world = RolloutWorld.serving();
        world.pods.quota = 2;
        world.want("green", Nature.GOOD);
        world.until(PREPARING);
        world.skew = Duration.ofHours(5);
        world.until(IDLE);
        world.skew = Duration.ZERO;
        world.pods.quota = Integer.MAX_VALUE;
        Instant back = world.now;
        world.until(PREPARING);
        assertThat(Duration.between(back, world.now)).isLessThan(Duration.ofMinutes(2));
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void only_what_the_model_did_itself_is_its_fault(Reason reason) {
        boolean its = switch (reason) {
            case CERTIFICATE_INVALID,
                    CERTIFICATE_MISMATCH,
                    DIGEST_MISMATCH,
                    UNSAFE_ARCHIVE,
                    TOO_LARGE,
                    UNSUPPORTED_MODEL,
                    CRASH_LOOP,
                    OUT_OF_MEMORY,
                    WARMUP_FAILED,
                    ANALYSIS_FAILED,
                    ERROR_BURST -> true;
            default -> false;
        };
        assertThat(Blames.of(reason) == Blame.MODEL).isEqualTo(its);
    }
}
