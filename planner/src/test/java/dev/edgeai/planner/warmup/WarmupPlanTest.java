package dev.edgeai.planner.warmup;

import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusVersionBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicyBuilder;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.planner.warmup.WarmupPlan.Impossible;
import dev.edgeai.planner.warmup.WarmupPlan.Send;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

@NullUnmarked // null takes a default
class WarmupPlanTest {
    private static RolloutPolicy policy(String progressDeadline) {
        return RolloutPolicyBuilder.builder()
                .progressDeadline(new TimeSpan(progressDeadline))
                .build();
    }

    private static WarmupPlan plan(String progressDeadline, long candidateMillis, long stableMillis) {
        return WarmupPlan.of(
                policy(progressDeadline), Duration.ofMillis(candidateMillis), Duration.ofMillis(stableMillis));
    }

    @ParameterizedTest(name = "{0} ms beside {1} ms within {2}: {3} samples, {4} at once, {5} s each")
    @CsvSource({
        "0, 0, 10m, 200, 4, 10",
        "5, 5, 10m, 200, 4, 10",
        "250, 0, 10m, 200, 4, 10",
        "251, 0, 10m, 200, 1, 10",
        "300, 0, 10m, 200, 1, 10",
        "300, 300, 10m, 200, 1, 10",
        "2000, 2000, 10m, 37, 1, 40",
        "30000, 0, 1h, 29, 1, 600",
    })
    void a_slow_model_gets_fewer_samples_one_at_a_time_and_more_time(
            long candidate, long stable, String deadline, int requests, int concurrency, long timeout) {
        Duration half = new TimeSpan(deadline).duration().dividedBy(2);
        assertThat(plan(deadline, candidate, stable))
                .isEqualTo(new Send(requests, concurrency, Duration.ofSeconds(timeout), half));
    }

    @Test
    void what_cannot_end_is_said_with_what_would_do() {
        assertThat(plan("10m", 30_000, 0))
                .isInstanceOfSatisfying(
                        Impossible.class,
                        i -> assertThat(i.message())
                                .contains("16 samples of a certified 30 s")
                                .endsWith("raise rollout.progressDeadline to at least 1921s"));
        assertThat(plan("1921s", 30_000, 0)).isInstanceOf(Send.class);
        assertThat(plan("1919s", 30_000, 0)).isInstanceOf(Impossible.class);
    }

    @Test
    void the_slower_of_the_two_certificates_sets_the_pace() {
        RolloutPolicy policy = policy("10m");
        WarmupPlan alone = new Send(142, 1, Duration.ofSeconds(20), Duration.ofMinutes(5));
        assertThat(WarmupPlan.of(policy, version(1_000_000L), Optional.of(version(50_000L))))
                .isEqualTo(alone);
        assertThat(WarmupPlan.of(policy, version(50_000L), Optional.of(version(1_000_000L))))
                .isEqualTo(alone);
        assertThat(WarmupPlan.of(policy, version(null), Optional.empty()))
                .as("of an earlier release")
                .isEqualTo(new Send(200, 4, Duration.ofSeconds(10), Duration.ofMinutes(5)));
    }

    private static Version version(@Nullable Long p95Micros) {
        return TargetStatusVersionBuilder.builder().latencyP95Micros(p95Micros).build();
    }

    /** Sent one after the other on a busy node, all samples end within half of the progress deadline. */
    @Property
    void what_is_sent_ends_in_time(
            @ForAll @LongRange(max = 100_000) long candidate,
            @ForAll @LongRange(max = 100_000) long stable,
            @ForAll @LongRange(min = 1, max = 20_000) long seconds) {
        if (plan(seconds + "s", candidate, stable) instanceof Send send) {
            assertThat(send.requests()).isBetween(WarmupVerdict.MIN_REQUESTS, 200);
            assertThat(Duration.ofMillis(2 * (candidate + stable) * send.requests()))
                    .isLessThanOrEqualTo(Duration.ofSeconds(seconds).dividedBy(2));
            assertThat(send.timeout()).isGreaterThanOrEqualTo(Duration.ofSeconds(10));
        }
    }
}
