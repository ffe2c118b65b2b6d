package dev.edgeai.planner.analysis;

import dev.edgeai.api.v1alpha1.TargetStatusAnalysisResultBuilder;
import dev.edgeai.api.v1alpha1.rollout.Analysis;
import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.scrape.Counts;
import dev.edgeai.planner.scrape.Histogram;
import dev.edgeai.planner.scrape.HistogramTest;
import dev.edgeai.planner.scrape.Scrape;
import dev.edgeai.planner.scrape.ScrapeHistory;
import dev.edgeai.planner.scrape.Window;
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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

@NullUnmarked // null takes a default
class LiveEvidenceTest {
    private static final AnalysisMetric ERRORS =
            new AnalysisMetric("error-rate", Decimal.of("0.01"), null, null, null, null, null, null);
    private static final AnalysisMetric RATIO =
            new AnalysisMetric("latency-p95", null, null, Decimal.of("1.25"), null, null, null, null);
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration PACE = Duration.ofSeconds(2);

    private static Window answered(double ok, double errors) {
        return MetricAnalysisTest.window(new Counts(ok, errors, 0, HistogramTest.of(ok, ok, ok, ok)));
    }

    /** Part of 100 requests slow; in seconds 0.05 and 0.3. */
    private static Window slow(double share) {
        return MetricAnalysisTest.window(
                new Counts(100, 0, 0, HistogramTest.of(100 * (1 - share), 100 * (1 - share), 100, 100)));
    }

    private static LiveMetrics live(Window watched, Window reference) {
        return new LiveMetrics(Optional.of(watched), Optional.ofNullable(reference), Optional.empty());
    }

    private static LiveEvidence after(LiveEvidence evidence, Window watched, Window reference, int rounds) {
        LiveEvidence next = evidence;
        for (int i = 0; i < rounds; i++) {
            next = EvidenceSamples.after(next, live(watched, reference), 1);
        }
        return next;
    }

    private static boolean isBroken(LiveEvidence evidence, AnalysisMetric metric) {
        return EvidenceSamples.isBroken(evidence, metric);
    }

    @Test
    void evidence_of_a_step_counts_in_the_next() {
        LiveEvidence little = after(EvidenceSamples.begin(List.of(ERRORS)), answered(96, 4), null, 2);
        assertThat(isBroken(little, ERRORS)).isFalse();
        LiveEvidence more = little;
        int rounds = 0;
        while (!isBroken(more, ERRORS)) {
            more = more.after(
                    T0.plusSeconds(++rounds),
                    LiveRound.of(Map.of("a", answered(96, 4).counts()), Map.of(), answered(96, 4), answered(0, 0)),
                    LiveRound.of(Map.of(), Map.of(), answered(0, 0), answered(0, 0)));
        }
        assertThat(rounds).isBetween(1, 4);
    }

    @Test
    void that_a_limit_is_kept_has_to_be_shown_at_each_weight_anew() {
        LiveEvidence kept = after(EvidenceSamples.begin(List.of(ERRORS)), answered(100, 0), null, 12);
        assertThat(kept.isKept("error-rate")).isTrue();
        LiveEvidence next = kept.after(
                T0,
                LiveRound.of(Map.of("a", answered(100, 0).counts()), Map.of(), answered(100, 0), answered(0, 0)),
                LiveRound.of(Map.of(), Map.of(), answered(0, 0), answered(0, 0)));
        assertThat(next.isKept("error-rate")).isFalse();
        assertThat(after(EvidenceSamples.begin(List.of(ERRORS)), answered(99, 1), null, 50)
                        .isKept("error-rate"))
                .as("on the edge")
                .isFalse();
    }

    @Test
    void what_was_written_down_before_a_restart_multiplies() {
        LiveEvidence before = after(EvidenceSamples.begin(List.of(ERRORS)), answered(96, 4), null, 2);
        double written = before.against("error-rate");
        assertThat(written).isGreaterThan(2);
        LiveEvidence anew = EvidenceSamples.begin(
                List.of(ERRORS),
                List.of(TargetStatusAnalysisResultBuilder.builder()
                        .metric("error-rate")
                        .verdict(Verdict.INCONCLUSIVE)
                        .passed(0)
                        .failed(0)
                        .inconclusive(0)
                        .consecutiveErrors(0)
                        .evidence(Decimal.of(written))
                        .build()));
        assertThat(anew.against("error-rate")).isCloseTo(written, within(0.01 * written));
        LiveEvidence alone = after(EvidenceSamples.begin(List.of(ERRORS)), answered(95, 5), null, 1);
        assertThat(after(anew, answered(95, 5), null, 1).against("error-rate"))
                .isCloseTo(written * alone.against("error-rate"), within(0.01 * written));
    }

    @Test
    void one_incident_of_one_round_decides_nothing_about_latency() {
        LiveEvidence good = after(EvidenceSamples.begin(List.of(RATIO)), slow(0.03), slow(0.03), 5);
        LiveEvidence incident = after(good, slow(1), slow(0.03), 1);
        assertThat(isBroken(incident, RATIO)).isFalse();
        assertThat(isBroken(after(incident, slow(0.03), slow(0.03), 20), RATIO)).isFalse();
        assertThat(isBroken(after(good, slow(1), slow(0.03), 3), RATIO)).isTrue();
    }

    @ParameterizedTest(name = "{0} % of the candidate''s and {1} % of stable''s over the bound: broken {2}")
    @CsvSource({"3, 3, false", "30, 30, false", "30, 3, true", "3, 30, false"})
    void a_ratio_is_about_the_requests_beyond_what_the_other_rarely_exceeds(
            double watched, double reference, boolean broken) {
        LiveEvidence evidence =
                after(EvidenceSamples.begin(List.of(RATIO)), slow(watched / 100), slow(reference / 100), 30);
        assertThat(isBroken(evidence, RATIO)).isEqualTo(broken);
    }

    @Test
    void of_no_error_at_all_one_error_is_the_proof() {
        AnalysisMetric none = new AnalysisMetric("error-rate", Decimal.of("0"), null, null, null, null, null, null);
        assertThat(isBroken(after(EvidenceSamples.begin(List.of(none)), answered(100, 0), null, 3), none))
                .isFalse();
        assertThat(isBroken(after(EvidenceSamples.begin(List.of(none)), answered(99, 1), null, 1), none))
                .isTrue();
    }

    /** As with another runtime image: each version is counted by its own bounds. */
    @Test
    void histograms_of_other_bounds_are_compared_by_their_own() {
        assertThat(isBroken(after(EvidenceSamples.begin(List.of(RATIO)), ofOtherBounds(100), slow(0), 20), RATIO))
                .isFalse();
        assertThat(isBroken(after(EvidenceSamples.begin(List.of(RATIO)), ofOtherBounds(0), slow(0), 20), RATIO))
                .isTrue();
    }

    private static Window ofOtherBounds(double fast) {
        return MetricAnalysisTest.window(new Counts(
                100,
                0,
                0,
                new Histogram(List.of(
                        new Histogram.Bucket(0.15, fast), new Histogram.Bucket(Double.POSITIVE_INFINITY, 100)))));
    }

    @Test
    void without_requests_of_the_other_version_a_ratio_says_nothing() {
        assertThat(after(EvidenceSamples.begin(List.of(RATIO)), slow(1), MetricAnalysisTest.window(Counts.NONE), 20)
                        .against("latency-p95"))
                .isEqualTo(1);
    }

    /** Through scrapes: counters only ever rise, pods come and miss rounds, and each request counts once. */
    @Test
    void each_request_counts_once() {
        List<Scrape> scrapes = new ArrayList<>();
        LiveEvidence evidence = EvidenceSamples.begin(List.of(ERRORS));
        for (int round = 0; round <= 10; round++) {
            Instant time = T0.plus(PACE.multipliedBy(round));
            scrapes.add(new Scrape("a", time, counts(round * 10), Counts.NONE, OptionalDouble.of(1)));
            if (round % 3 == 0 || round == 10) {
                scrapes.add(new Scrape("b", time, counts(round * 5), Counts.NONE, OptionalDouble.of(1)));
            }
            evidence = evidence.after(time, new ScrapeHistory(scrapes), Optional.empty(), T0, PACE);
        }
        assertThat(evidence.users().watched().requests()).isEqualTo(150);
    }

    /** A common incident, and the candidate's pod answers its scrape too late: the other's failures are of other seconds. */
    @Test
    void what_came_in_another_stretch_of_time_is_no_comparison() {
        AnalysisMetric ratio = new AnalysisMetric("error-rate", null, null, Decimal.of("1"), null, null, null, null);
        List<Scrape> green = new ArrayList<>();
        List<Scrape> blue = new ArrayList<>();
        LiveEvidence evidence = EvidenceSamples.begin(List.of(ratio));
        for (int round = 0; round <= 10; round++) {
            Instant time = T0.plus(PACE.multipliedBy(round));
            int failed = round < 5 ? 0 : 45;
            if (round != 5) {
                green.add(failing("a", time, round * 100, failed));
            }
            blue.add(failing("b", time, round * 100, failed));
            evidence = evidence.after(time, new ScrapeHistory(green), Optional.of(new ScrapeHistory(blue)), T0, PACE);
        }
        assertThat(evidence.against("error-rate")).isLessThan(2);
        assertThat(evidence.users().watched().errors())
                .as("counted all the same")
                .isEqualTo(45);
    }

    private static Scrape failing(String pod, Instant time, double ok, double errors) {
        return new Scrape(
                pod,
                time,
                new Counts(ok, errors, 0, HistogramTest.of(ok, ok, ok, ok)),
                Counts.NONE,
                OptionalDouble.of(1));
    }

    private static LiveMetrics both(Window users, Window probes) {
        return new LiveMetrics(
                Optional.of(users),
                Optional.empty(),
                Optional.of(probes),
                Optional.empty(),
                true,
                Optional.empty(),
                Optional.empty(),
                LiveEvidence.NONE);
    }

    @Test
    void good_probes_hide_no_failing_users_and_good_users_no_failing_probes() {
        for (boolean users : new boolean[] {true, false}) {
            Window bad = answered(8, 2);
            Window good = answered(200, 0);
            LiveMetrics live = users ? both(bad, good) : both(good, bad);
            LiveEvidence evidence = EvidenceSamples.begin(List.of(ERRORS));
            for (int round = 0; round < 10; round++) {
                evidence = EvidenceSamples.after(evidence, live, 1);
            }
            MetricVerdict burst =
                    MetricAnalysis.burst(EvidenceSamples.with(live, evidence)).orElseThrow();
            assertThat(burst.message()).contains("20 of 100 requests failed");
            assertThat(burst.blame()).isEqualTo(Blame.MODEL);
        }
    }

    @Test
    void whose_fault_a_late_failure_is_is_not_hidden_by_what_was_good_before() {
        LiveEvidence hour = after(EvidenceSamples.begin(List.of(ERRORS)), answered(100, 0), null, 360);
        LiveEvidence late = after(hour, answered(70, 30), null, 2);
        LiveMetrics live = EvidenceSamples.with(live(answered(70, 30), null), late);
        assertThat(MetricAnalysis.measure(ERRORS, live, Map.of()))
                .extracting(MetricVerdict::verdict, MetricVerdict::blame)
                .containsExactly(Verdict.FAIL, Blame.MODEL);
        assertThat(MetricAnalysis.burst(live).orElseThrow().blame()).isEqualTo(Blame.MODEL);
    }

    /** As when the step has just begun, a pod does not answer just now, or the other version has no users. */
    @Test
    void what_is_proven_fails_whatever_can_be_read_now() {
        LiveEvidence proven = after(EvidenceSamples.begin(List.of(ERRORS)), answered(50, 50), null, 2);
        LiveMetrics silent = new LiveMetrics(Optional.empty(), Optional.empty(), Optional.of("pod a: timed out"));
        for (LiveMetrics live : List.of(LiveMetrics.NONE, silent)) {
            assertThat(MetricAnalysis.measure(ERRORS, EvidenceSamples.with(live, proven), Map.of())
                            .verdict())
                    .isEqualTo(Verdict.FAIL);
            assertThat(MetricAnalysis.burst(EvidenceSamples.with(live, proven))).isPresent();
        }
        LiveEvidence slow = after(EvidenceSamples.begin(List.of(RATIO)), slow(0.5), slow(0), 30);
        assertThat(MetricAnalysis.measure(RATIO, EvidenceSamples.with(live(slow(0.5), null), slow), Map.of())
                        .verdict())
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void where_failures_are_tolerated_what_is_over_does_not_fail_again() {
        AnalysisMetric tolerant = new AnalysisMetric("error-rate", Decimal.of("0.01"), null, null, 3, null, null, null);
        LiveEvidence incident = after(EvidenceSamples.begin(List.of(tolerant)), answered(50, 50), null, 2);
        LiveMetrics seen = EvidenceSamples.with(live(answered(50, 50), null), incident);
        assertThat(MetricAnalysis.measure(tolerant, seen, Map.of()).verdict()).isEqualTo(Verdict.FAIL);
        LiveMetrics over = EvidenceSamples.with(live(answered(100, 0), null), incident);
        assertThat(MetricAnalysis.measure(tolerant, over, Map.of()).verdict()).isEqualTo(Verdict.PASS);
        assertThat(MetricAnalysis.measure(ERRORS, over, Map.of()).verdict())
                .as("where none is tolerated it is not forgiven")
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void another_limit_does_not_inherit_what_was_seen_of_the_one_before() {
        AnalysisMetric wider = new AnalysisMetric("error-rate", Decimal.of("0.2"), null, null, null, null, null, null);
        LiveEvidence before = after(EvidenceSamples.begin(List.of(ERRORS, RATIO)), answered(95, 5), answered(95, 5), 3);
        assertThat(isBroken(before, ERRORS)).isTrue();
        LiveEvidence edited = before.about(subject("green", List.of(wider, RATIO)), Map.of("error-rate", 190.0));
        assertThat(edited.against("error-rate")).isEqualTo(1);
        assertThat(edited.against("latency-p95")).isEqualTo(before.against("latency-p95"));
        LiveEvidence back = before.about(subject("green", List.of(ERRORS)), Map.of());
        assertThat(isBroken(back, ERRORS)).as("of a limit that stays").isTrue();
        LiveEvidence next = before.about(subject("next", List.of(ERRORS)), Map.of("error-rate", 3.0));
        assertThat(next.against("error-rate")).as("of another version").isEqualTo(3);
    }

    private static LiveEvidence.Subject subject(String watched, List<AnalysisMetric> metrics) {
        return new LiveEvidence.Subject(watched, Optional.of("blue"), Analysis.of(metrics));
    }

    @Test
    void of_two_metrics_of_one_name_each_has_its_own_limit() {
        AnalysisMetric wider = new AnalysisMetric("error-rate", Decimal.of("0.1"), null, null, null, null, null, null);
        LiveEvidence evidence = after(EvidenceSamples.begin(List.of(ERRORS, wider)), answered(97, 3), null, 20);
        LiveMetrics live = EvidenceSamples.with(live(answered(97, 3), null), evidence);
        assertThat(MetricAnalysis.measure(ERRORS, live, Map.of()).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(MetricAnalysis.measure(wider, live, Map.of()).verdict()).isEqualTo(Verdict.PASS);
    }

    @Test
    void of_no_error_at_all_a_burst_is_one_beyond_the_usual_share() {
        AnalysisMetric none = new AnalysisMetric("error-rate", Decimal.of("0"), null, null, 3, null, null, null);
        LiveEvidence evidence = after(EvidenceSamples.begin(List.of(none)), answered(0, 10), null, 2);
        assertThat(MetricAnalysis.burst(EvidenceSamples.with(live(answered(0, 10), null), evidence)))
                .isPresent();
    }

    /** Loaded stable of an earlier step; the bound follows it down. */
    @Test
    void the_bound_of_a_ratio_follows_the_load_of_now() {
        LiveEvidence loaded = after(EvidenceSamples.begin(List.of(RATIO)), slow(1), slow(1), 15);
        KindEvidence now = after(loaded, slow(0.01), slow(0.01), 150).users();
        assertThat(now.reference().latency().quantile(0.95).orElseThrow()).isGreaterThan(0.2);
        assertThat(now.recent().quantile(0.95).orElseThrow()).isLessThanOrEqualTo(0.1);
    }

    private static Counts counts(double ok) {
        return new Counts(ok, 0, 0, HistogramTest.of(ok, ok, ok, ok));
    }
}
