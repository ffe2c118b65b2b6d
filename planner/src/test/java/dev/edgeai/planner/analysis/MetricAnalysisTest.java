package dev.edgeai.planner.analysis;

import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric;
import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric.PrometheusQuery;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.scrape.Counts;
import dev.edgeai.planner.scrape.Histogram;
import dev.edgeai.planner.scrape.HistogramTest;
import dev.edgeai.planner.scrape.Window;
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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

@NullUnmarked // null takes a default
public class MetricAnalysisTest {
    private static final AnalysisMetric ERRORS =
            new AnalysisMetric("error-rate", Decimal.of("0.01"), null, null, 1, 4, null, null);
    private static final AnalysisMetric P95 =
            new AnalysisMetric("latency-p95", null, null, Decimal.of("1.25"), 1, 4, null, null);

    public static Window window(double ok, double errors) {
        return window(new Counts(ok, errors, 0, HistogramTest.of(ok, ok, ok, ok)));
    }

    /** Of a version whose pods carry as much as any other's that has requests at all. */
    public static Window window(Counts counts) {
        return new Window(Duration.ofSeconds(10), counts, counts.requests() > 0 ? 1 : 0, List.of());
    }

    private static Window latencies(double... counts) {
        return window(new Counts(counts[3], 0, 0, HistogramTest.of(counts)));
    }

    private static LiveMetrics live(Window watched, Window reference) {
        return new LiveMetrics(Optional.of(watched), Optional.ofNullable(reference), Optional.empty());
    }

    private static MetricVerdict measure(AnalysisMetric metric, LiveMetrics live) {
        return MetricAnalysis.measure(metric, EvidenceSamples.proven(List.of(metric), live), Map.of());
    }

    @ParameterizedTest(name = "{1} errors of {0}: {2}")
    @CsvSource({
        "19, 0, INCONCLUSIVE",
        "20, 0, PASS",
        "20, 4, INCONCLUSIVE",
        "20, 5, FAIL",
        "1000, 10, PASS",
        "1000, 20, INCONCLUSIVE",
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
    void a_ratio_without_enough_of_stable_is_inconclusive() {
        Window slow = latencies(0, 0, 1000, 1000);
        assertThat(measure(P95, live(slow, latencies(5, 5, 5, 5))).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(measure(P95, live(slow, null)).message())
                .isEqualTo("latency-p95: 0.39 against stable, which had too few requests to compare with");
    }

    private static Window loaded(double load, double... counts) {
        return new Window(
                Duration.ofSeconds(10), new Counts(counts[3], 0, 0, HistogramTest.of(counts)), load, List.of());
    }

    @ParameterizedTest(name = "{0} against {1} requests a second and pod: {2}")
    @CsvSource({
        "10, 10, FAIL",
        "10, 5, FAIL",
        "10, 4.9, INCONCLUSIVE",
        "4.9, 10, FAIL", // slower with less to do
        "0.2, 0.01, FAIL", // a pod that works 7 % of its time makes nobody wait
    })
    void a_ratio_compares_versions_that_carry_about_as_much(double watched, double reference, Verdict expected) {
        MetricVerdict verdict =
                measure(P95, live(loaded(watched, 0, 0, 1000, 1000), loaded(reference, 950, 1000, 1000, 1000)));
        assertThat(verdict.verdict()).isEqualTo(expected);
        if (expected == Verdict.INCONCLUSIVE) {
            assertThat(verdict.message())
                    .contains("cannot be compared: it carries %.2f requests a second and pod, this version %.2f"
                            .formatted(reference, watched));
        }
    }

    @Test
    void what_is_fast_with_less_to_do_is_not_proven_fast() {
        MetricVerdict verdict =
                measure(P95, live(loaded(4.9, 950, 1000, 1000, 1000), loaded(10, 950, 1000, 1000, 1000)));
        assertThat(verdict.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    }

    @Test
    void probes_decide_where_users_are_too_few_and_the_message_says_so() {
        Window quiet = loaded(2, 3, 3, 3, 3);
        Window fast = loaded(2, 95, 100, 100, 100);
        Window slow = loaded(2, 0, 0, 100, 100);
        LiveMetrics live = new LiveMetrics(
                Optional.of(quiet),
                Optional.of(quiet),
                Optional.of(slow),
                Optional.of(fast),
                true,
                Optional.empty(),
                Optional.empty(),
                LiveEvidence.NONE);
        assertThat(measure(P95, live).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(measure(P95, live).blame()).isEqualTo(Blame.MODEL);
        assertThat(measure(P95, live).message()).endsWith("(by probes)");
        assertThat(measure(ERRORS, live).verdict()).isEqualTo(Verdict.PASS);
        assertThat(measure(ERRORS, live).message()).endsWith("(by probes)");
    }

    @Test
    void in_a_bake_with_users_the_ratio_to_an_idle_version_is_no_comparison() {
        Window users = loaded(20, 0, 0, 1000, 1000);
        Window none = loaded(2, 0, 0, 0, 0);
        Window probes = loaded(2, 95, 100, 100, 100);
        LiveMetrics live = new LiveMetrics(
                Optional.of(users),
                Optional.of(none),
                Optional.of(loaded(20, 0, 0, 100, 100)),
                Optional.of(probes),
                true,
                Optional.empty(),
                Optional.empty(),
                LiveEvidence.NONE);
        assertThat(measure(P95, live).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    }

    @Test
    void slower_on_another_node_is_taken_back_and_is_nobodys_fault() {
        LiveMetrics live = new LiveMetrics(
                Optional.of(latencies(0, 0, 1000, 1000)),
                Optional.of(latencies(950, 1000, 1000, 1000)),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                LiveEvidence.NONE);
        assertThat(measure(P95, live).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(measure(P95, live).blame()).isEqualTo(Blame.UNKNOWN);
    }

    private static Window ended(double ok, double errors, double refused) {
        return new Window(
                Duration.ofSeconds(10),
                new Counts(ok, errors, refused, HistogramTest.of(ok, ok, ok, ok)),
                (ok + errors + refused) / 10,
                List.of());
    }

    @ParameterizedTest(name = "{0}+{1}+{2} beside {3}+{4}+{5}: {6}, {7}")
    @CsvSource({
        // ok, errors, refused of the version; the same of the other
        "500, 500, 0, 1000, 0, 0, FAIL, MODEL", // its own errors
        "500, 500, 0, 0, 0, 0, FAIL, MODEL", // also with nothing to compare with
        "600, 400, 0, 700, 300, 0, FAIL, ENVIRONMENT", // both fail about as often
        "200, 800, 0, 950, 50, 0, FAIL, MODEL", // both fail, this one far more
        "800, 0, 200, 1000, 0, 0, FAIL, MODEL", // turns users away where the other does not
        "800, 0, 200, 800, 0, 200, FAIL, ENVIRONMENT", // both are full
        "800, 0, 200, 0, 0, 0, FAIL, ENVIRONMENT", // full, and nothing to compare with
        "1000, 0, 0, 500, 500, 0, PASS, UNKNOWN",
    })
    void whose_fault_failed_requests_are(
            double ok,
            double errors,
            double refused,
            double otherOk,
            double otherErrors,
            double otherRefused,
            Verdict expected,
            Blame blame) {
        LiveMetrics live = live(ended(ok, errors, refused), ended(otherOk, otherErrors, otherRefused));
        assertThat(measure(ERRORS, live).verdict()).isEqualTo(expected);
        assertThat(measure(ERRORS, live).blame()).isEqualTo(blame);
    }

    @ParameterizedTest(name = "{0} beside {1}: {2}")
    @CsvSource(
            nullValues = "none",
            value = {"fast, UNKNOWN", "slow, ENVIRONMENT", "none, UNKNOWN"})
    void slow_for_a_threshold_is_the_models_fault_only_beside_a_faster_one(String other, Blame without) {
        AnalysisMetric max = new AnalysisMetric("latency-p95", Decimal.of("0.1"), null, null, 1, 4, null, null);
        Window slow = latencies(0, 0, 1000, 1000);
        Window reference = other == null ? null : other.equals("slow") ? slow : latencies(950, 1000, 1000, 1000);
        MetricVerdict verdict = measure(max, live(slow, reference));
        assertThat(verdict.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(verdict.blame()).isEqualTo("fast".equals(other) ? Blame.MODEL : without);
    }

    /** What meets both versions alike is never the model's, whatever it is. */
    @Property
    void nothing_that_meets_both_alike_is_the_models(
            @ForAll @IntRange(max = 500) int fast,
            @ForAll @IntRange(max = 500) int slow,
            @ForAll @IntRange(max = 500) int errors,
            @ForAll @IntRange(max = 500) int refused) {
        double ok = fast + slow;
        Window both = window(new Counts(ok, errors, refused, HistogramTest.of(fast, fast, ok, ok)));
        AnalysisMetric max =
                new AnalysisMetric("latency-p95", Decimal.of("0.05"), null, Decimal.of("1"), 1, 4, null, null);
        for (AnalysisMetric metric : List.of(ERRORS, P95, max)) {
            assertThat(measure(metric, live(both, both)).blame()).isNotEqualTo(Blame.MODEL);
        }
        burst(both, both).ifPresent(b -> assertThat(b.blame()).isNotEqualTo(Blame.MODEL));
    }

    @Test
    void what_is_lost_with_a_pod_is_said() {
        Window window =
                new Window(Duration.ofSeconds(10), new Counts(100, 0, 0, Histogram.EMPTY), 10, List.of("green-1"));
        assertThat(measure(ERRORS, live(window, null)).message())
                .endsWith("; what green-1 answered last before ending is not known");
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
                new LiveMetrics(Optional.of(window(100, 0)), Optional.empty(), Optional.of("pod green-1: timed out")));
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
        AnalysisMetric most = new AnalysisMetric(
                "refusals", Decimal.of("0.9"), null, null, 0, 0, null, new PrometheusQuery("q", null));
        assertThat(query(most, new MetricReading.Value(0.9)).verdict()).isEqualTo(Verdict.PASS);
        assertThat(query(most, new MetricReading.Value(0.95)).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(query(most, new MetricReading.Value(0.95)).blame()).isEqualTo(Blame.MODEL);
        assertThat(query(mine, new MetricReading.Value(0.9)).verdict()).isEqualTo(Verdict.PASS);
        assertThat(query(mine, new MetricReading.Value(Double.NaN)).readable()).isFalse();
        assertThat(query(mine, new MetricReading.Unreadable("503 of prometheus"))
                        .message())
                .isEqualTo("confidence: 503 of prometheus");
        assertThat(MetricAnalysis.measure(mine, LiveMetrics.NONE, Map.of()).readable())
                .isFalse();
    }

    private static MetricVerdict query(AnalysisMetric metric, MetricReading reading) {
        return MetricAnalysis.measure(metric, LiveMetrics.NONE, Map.of(metric.name(), reading));
    }

    private static Optional<MetricVerdict> burst(Window watched, Window reference) {
        return burst(RolloutPolicy.defaults().analysis().metrics(), live(watched, reference));
    }

    private static Optional<MetricVerdict> burst(List<AnalysisMetric> metrics, LiveMetrics live) {
        return MetricAnalysis.burst(EvidenceSamples.proven(metrics, live));
    }

    @Test
    void a_burst_needs_several_errors_and_a_share_far_above_the_maximum() {
        assertThat(burst(window(0, 1), null)).isEmpty();
        assertThat(burst(window(0, 4), null)).isEmpty();
        assertThat(burst(window(0, 5), null)).isPresent();
        assertThat(burst(window(14, 6), null).orElseThrow().message()).contains("6 of 20 requests failed");
        assertThat(burst(window(985, 15), null)).isEmpty();
        assertThat(burst(List.of(), live(window(97, 3), null))).isEmpty();
        assertThat(MetricAnalysis.burst(LiveMetrics.NONE)).isEmpty();
    }

    @ParameterizedTest(name = "{0} of 1000 where {1} are allowed: {2}")
    @CsvSource({"100, , true", "70, , false", "100, 0.5, false", "600, 0.5, true", "30, 0.01, true"})
    void a_burst_is_far_above_what_the_policy_allows(double errors, String max, boolean expected) {
        List<AnalysisMetric> metrics = max == null
                ? List.of(P95)
                : List.of(P95, new AnalysisMetric("error-rate", Decimal.of(max), null, null, 1, 4, null, null));
        assertThat(burst(metrics, live(window(1000 - errors, errors), null)).isPresent())
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}: {1} s")
    @CsvSource({"latency-p50, 0.1", "latency-p95, 0.2", "latency-p99, 0.36"})
    void each_latency_is_that_of_its_percentile(String name, double seconds) {
        AnalysisMetric metric = new AnalysisMetric(name, Decimal.of("1"), null, null, 1, 4, null, null);
        assertThat(measure(metric, live(latencies(500, 950, 1000, 1000), null)).value())
                .hasValueCloseTo(seconds, within(1e-9));
    }

    @Test
    void a_burst_that_meets_both_versions_is_not_the_models() {
        assertThat(burst(window(50, 50), window(100, 0)).orElseThrow().blame()).isEqualTo(Blame.MODEL);
        assertThat(burst(window(50, 50), null).orElseThrow().blame()).isEqualTo(Blame.MODEL);
        assertThat(burst(window(50, 50), window(50, 50)).orElseThrow().blame()).isEqualTo(Blame.ENVIRONMENT);
    }

    @Test
    void being_full_is_a_burst_only_beside_a_version_that_is_not() {
        assertThat(burst(ended(50, 0, 50), ended(50, 0, 50))).isEmpty();
        assertThat(burst(ended(50, 0, 50), null)).isEmpty();
        assertThat(burst(ended(50, 0, 50), ended(100, 0, 0)).orElseThrow().blame())
                .isEqualTo(Blame.MODEL);
    }

    @Test
    void probes_that_fail_are_a_burst_too() {
        LiveMetrics live = new LiveMetrics(
                Optional.of(window(1, 0)),
                Optional.of(window(1, 0)),
                Optional.of(window(0, 20)),
                Optional.of(window(20, 0)),
                true,
                Optional.empty(),
                Optional.empty(),
                LiveEvidence.NONE);
        assertThat(burst(List.of(), live)).isPresent();
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
