package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.Decimal;
import dev.edgeai.api.v1alpha1.Probes;
import dev.edgeai.api.v1alpha1.RolloutPolicy;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusVersionBuilder;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

@NullUnmarked // null takes a default
class ProbingTest {
    private static RolloutPolicy policy(String rate, boolean whenQuiet) {
        return new RolloutPolicy(null, null, null, null, null, null, null, new Probes(Decimal.of(rate), whenQuiet));
    }

    @ParameterizedTest(name = "{0} and {1} users'' requests in 10 s at {2}/s, only when quiet {3}: {4}")
    @CsvSource({
        "1, 1, 2, true, true",
        "0, 0, 2, true, true",
        "100, 5, 2, true, true", // a bake: the other version has no users
        "100, 100, 2, true, false",
        "100, 100, 2, false, true",
        "0, 0, 0, true, false",
        "0, 0, 0, false, false",
    })
    void wanted_where_users_are_few(double watched, double reference, String rate, boolean whenQuiet, boolean wanted) {
        LiveMetrics live = new LiveMetrics(
                Optional.of(AnalysisTest.window(watched, 0)),
                Optional.of(AnalysisTest.window(reference, 0)),
                Optional.empty());
        assertThat(Probing.wanted(policy(rate, whenQuiet), live)).isEqualTo(wanted);
    }

    @Test
    void not_wanted_before_anything_was_measured_or_with_nothing_to_compare_with() {
        assertThat(Probing.wanted(policy("2", true), LiveMetrics.NONE)).isFalse();
        assertThat(Probing.wanted(
                        policy("2", true),
                        new LiveMetrics(Optional.of(AnalysisTest.window(0, 0)), Optional.empty(), Optional.empty())))
                .isFalse();
    }

    @Test
    void a_slow_model_is_asked_less_often() {
        assertThat(Probing.of(policy("2", true), version(48), version(1_000)))
                .isEqualTo(new Probing(2, Duration.ofSeconds(10)));
        assertThat(Probing.of(policy("2", true), version(1_000), version(2_000_000)))
                .isEqualTo(new Probing(0.25, Duration.ofSeconds(40)));
    }

    private static Version version(long p95) {
        return TargetStatusVersionBuilder.builder().latencyP95Micros(p95).build();
    }
}
