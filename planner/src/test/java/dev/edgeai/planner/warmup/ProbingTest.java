package dev.edgeai.planner.warmup;

import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusVersionBuilder;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.rollout.Probes;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicyBuilder;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.analysis.EvidenceSamples;
import dev.edgeai.planner.analysis.LiveEvidence;
import dev.edgeai.planner.analysis.LiveMetrics;
import dev.edgeai.planner.analysis.MetricAnalysis;
import dev.edgeai.planner.analysis.MetricAnalysisTest;
import dev.edgeai.planner.analysis.MetricVerdict;
import dev.edgeai.planner.scrape.Counts;
import dev.edgeai.planner.scrape.HistogramTest;
import dev.edgeai.planner.scrape.Scrape;
import dev.edgeai.planner.scrape.ScrapeHistory;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

@NullUnmarked // null takes a default
class ProbingTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    private static RolloutPolicy policy(String rate, boolean whenQuiet) {
        return RolloutPolicyBuilder.builder()
                .probes(new Probes(Decimal.of(rate), whenQuiet))
                .build();
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
                Optional.of(MetricAnalysisTest.window(watched, 0)),
                Optional.of(MetricAnalysisTest.window(reference, 0)),
                Optional.empty());
        assertThat(Probing.wanted(policy(rate, whenQuiet), live)).isEqualTo(wanted);
    }

    @Test
    void not_wanted_before_anything_was_measured_or_with_nothing_to_compare_with() {
        assertThat(Probing.wanted(policy("2", true), LiveMetrics.NONE)).isFalse();
        assertThat(Probing.wanted(
                        policy("2", true),
                        new LiveMetrics(
                                Optional.of(MetricAnalysisTest.window(0, 0)), Optional.empty(), Optional.empty())))
                .isFalse();
    }

    @Test
    void a_slow_model_is_asked_less_often() {
        assertThat(Probing.of(policy("2", true), version(48), version(1_000)))
                .isEqualTo(new Probing(2, Duration.ofSeconds(10)));
        assertThat(Probing.of(policy("2", true), version(1_000), version(2_000_000)))
                .isEqualTo(new Probing(0.25, Duration.ofSeconds(40)));
    }

    /** Scrapes each 5 s for half a minute: users once a minute, none at all of the other version in a bake. */
    private static ScrapeHistory quiet(double usersAMinute, double probesASecond, boolean slow) {
        List<Scrape> scrapes = new ArrayList<>();
        for (int second = 0; second <= 30; second += 5) {
            double users = Math.floor(usersAMinute * second / 60);
            double probes = probesASecond * second;
            scrapes.add(new Scrape(
                    "pod", T0.plusSeconds(second), counts(users, slow), counts(probes, slow), OptionalDouble.of(1)));
        }
        return new ScrapeHistory(scrapes);
    }

    private static Counts counts(double ok, boolean slow) {
        return new Counts(ok, 0, 0, slow ? HistogramTest.of(0, 0, ok, ok) : HistogramTest.of(ok, ok, ok, ok));
    }

    private static Stream<MetricVerdict> measured(ScrapeHistory watched, ScrapeHistory reference) {
        LiveMetrics live = LiveMetrics.of(
                watched,
                Optional.of(reference),
                T0,
                Duration.ofSeconds(10),
                true,
                Optional.empty(),
                Optional.empty(),
                evidence(watched, reference));
        return RolloutPolicy.defaults().analysis().metrics().stream()
                .map(metric -> MetricAnalysis.measure(metric, live, Map.of()));
    }

    private static LiveEvidence evidence(ScrapeHistory watched, ScrapeHistory reference) {
        LiveEvidence evidence =
                EvidenceSamples.begin(RolloutPolicy.defaults().analysis().metrics());
        for (Scrape scrape : watched.scrapes()) {
            evidence = evidence.after(scrape.time(), watched, Optional.of(reference), T0, Duration.ofSeconds(5));
        }
        return evidence;
    }

    @ParameterizedTest(name = "{0} users a minute beside {1}")
    @CsvSource({"1, 9", "2, 0", "0, 0"})
    void one_request_a_minute_is_decided_by_probes_in_a_ramp_and_in_a_bake(double watched, double reference) {
        assertThat(measured(quiet(watched, 0, false), quiet(reference, 0, false)))
                .extracting(MetricVerdict::verdict)
                .containsOnly(Verdict.INCONCLUSIVE);
        assertThat(measured(quiet(watched, 2, false), quiet(reference, 2, false)))
                .extracting(MetricVerdict::verdict)
                .containsOnly(Verdict.PASS);
        assertThat(measured(quiet(watched, 2, true), quiet(reference, 2, false)))
                .extracting(MetricVerdict::verdict, MetricVerdict::blame)
                .contains(tuple(Verdict.FAIL, Blame.MODEL));
    }

    private static Version version(long p95) {
        return TargetStatusVersionBuilder.builder().latencyP95Micros(p95).build();
    }
}
