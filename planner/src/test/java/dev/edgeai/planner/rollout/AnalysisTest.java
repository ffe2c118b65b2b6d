package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.AnalysisMetric;
import dev.edgeai.api.v1alpha1.AnalysisMetric.PrometheusQuery;
import dev.edgeai.api.v1alpha1.Decimal;
import dev.edgeai.api.v1alpha1.RolloutPolicy;
import dev.edgeai.api.v1alpha1.Verdict;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

@NullUnmarked // null takes a default
class AnalysisTest {
    private static final AnalysisMetric ERRORS =
            new AnalysisMetric("error-rate", Decimal.of("0.01"), null, null, 1, 4, null, null);
    private static final AnalysisMetric P95 =
            new AnalysisMetric("latency-p95", null, null, Decimal.of("1.25"), 1, 4, null, null);

    static Window window(double ok, double errors) {
        return new Window(Duration.ofSeconds(10), ok, errors, HistogramTest.of(ok, ok, ok, ok));
    }

    private static Window latencies(double... counts) {
        return new Window(Duration.ofSeconds(10), counts[3], 0, HistogramTest.of(counts));
    }

    private static LiveMetrics live(Window watched, Window reference) {
        return new LiveMetrics(Optional.of(watched), Optional.ofNullable(reference), Optional.empty());
    }

    private static MetricVerdict measure(AnalysisMetric metric, LiveMetrics live) {
        return Analysis.measure(metric, live, Map.of(), OptionalDouble.empty());
    }

    @ParameterizedTest(name = "{1} errors of {0}: {2}")
    @CsvSource({
        "19, 0, INCONCLUSIVE",
        "20, 0, PASS",
        "20, 1, INCONCLUSIVE",
        "20, 2, FAIL",
        "1000, 10, PASS",
        "1000, 12, INCONCLUSIVE",
        "1000, 40, FAIL",
    })
    void an_error_rate_fails_only_when_chance_is_ruled_out(double requests, double errors, Verdict expected) {
        assertThat(measure(ERRORS, live(window(requests - errors, errors), null))
                        .verdict())
                .isEqualTo(expected);
    }

    @Test
    void latency_is_compared_with_stable_over_the_same_window() {
        Window fast = latencies(950, 1000, 1000, 1000);
        Window slow = latencies(0, 100, 1000, 1000);
        assertThat(measure(P95, live(slow, fast)).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(measure(P95, live(fast, slow)).verdict()).isEqualTo(Verdict.PASS);
        assertThat(measure(P95, live(fast, fast)).message())
                .contains("latency-p95: 0.1 against max 1.25x stable's 0.1");
    }

    @Test
    void a_ratio_without_enough_of_stable_is_inconclusive_unless_stable_is_remembered() {
        Window slow = latencies(0, 0, 1000, 1000);
        assertThat(measure(P95, live(slow, latencies(5, 5, 5, 5))).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(Analysis.measure(P95, live(slow, null), Map.of(), OptionalDouble.of(0.05))
                        .verdict())
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void few_slow_requests_prove_nothing() {
        assertThat(measure(P95, live(latencies(0, 18, 20, 20), latencies(0, 20, 20, 20)))
                        .verdict())
                .isEqualTo(Verdict.INCONCLUSIVE);
    }

    @Test
    void a_silent_pod_is_an_error_of_the_measurement() {
        MetricVerdict verdict = measure(
                ERRORS,
                new LiveMetrics(Optional.of(window(0, 100)), Optional.empty(), Optional.of("pod green-1: timed out")));
        assertThat(verdict.readable()).isFalse();
        assertThat(verdict.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(verdict.message()).contains("pod green-1: timed out");
    }

    @Test
    void a_query_of_its_own_is_held_against_its_thresholds() {
        AnalysisMetric mine = new AnalysisMetric(
                "confidence", null, Decimal.of("0.9"), null, 0, 0, null, new PrometheusQuery("q", null));
        assertThat(query(mine, new MetricReading.Value(0.95)).verdict()).isEqualTo(Verdict.PASS);
        assertThat(query(mine, new MetricReading.Value(0.85)).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(query(mine, new MetricReading.Value(Double.NaN)).readable()).isFalse();
        assertThat(query(mine, new MetricReading.Unreadable("503 of prometheus"))
                        .message())
                .isEqualTo("confidence: 503 of prometheus");
        assertThat(Analysis.measure(mine, LiveMetrics.NONE, Map.of(), OptionalDouble.empty())
                        .readable())
                .isFalse();
    }

    private static MetricVerdict query(AnalysisMetric metric, MetricReading reading) {
        return Analysis.measure(metric, LiveMetrics.NONE, Map.of(metric.name(), reading), OptionalDouble.empty());
    }

    @Test
    void a_burst_needs_several_errors_and_a_share_far_above_the_maximum() {
        List<AnalysisMetric> metrics = RolloutPolicy.defaults().analysis().metrics();
        assertThat(Analysis.burst(metrics, live(window(0, 1), null))).isEmpty();
        assertThat(Analysis.burst(metrics, live(window(0, 4), null))).isEmpty();
        assertThat(Analysis.burst(metrics, live(window(0, 5), null))).isPresent();
        assertThat(Analysis.burst(metrics, live(window(14, 6), null)).orElseThrow())
                .contains("6 of 20 requests failed");
        assertThat(Analysis.burst(metrics, live(window(985, 15), null))).isEmpty();
        assertThat(Analysis.burst(List.of(), live(window(97, 3), null))).isEmpty();
        assertThat(Analysis.burst(metrics, LiveMetrics.NONE)).isEmpty();
    }

    @Property
    void the_score_interval_holds_the_share_and_narrows_with_more_samples(
            @ForAll @IntRange(min = 1, max = 500) int n, @ForAll @IntRange(max = 500) int hits) {
        int k = Math.min(hits, n);
        double lower = Wilson.lower(k, n, Wilson.Z_95);
        double upper = Wilson.upper(k, n, Wilson.Z_95);
        double share = (double) k / n;
        assertThat(lower).isBetween(0.0, share + 1e-12);
        assertThat(upper).isBetween(share - 1e-12, 1.0);
        assertThat(Wilson.upper(10.0 * k, 10.0 * n, Wilson.Z_95) - Wilson.lower(10.0 * k, 10.0 * n, Wilson.Z_95))
                .isLessThan(upper - lower);
    }

    @Test
    void the_score_interval_agrees_with_published_values() {
        // R: prop.test(10, 100, correct = FALSE) gives 0.05522914 to 0.17436566
        assertThat(Wilson.lower(10, 100, Wilson.Z_95)).isCloseTo(0.05522914, within(1e-6));
        assertThat(Wilson.upper(10, 100, Wilson.Z_95)).isCloseTo(0.17436566, within(1e-6));
    }
}
