package dev.edgeai.planner.analysis;

import dev.edgeai.api.v1alpha1.TargetStatusAnalysisResultBuilder;
import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric;
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
        return MetricAnalysis.isBroken(metric, EvidenceSamples.with(LiveMetrics.NONE, evidence));
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

    /** As in a cluster: bounds of both images differ, or a version has no requests yet. */
    @Test
    void histograms_that_cannot_be_compared_say_nothing() {
        Histogram other = new Histogram(
                List.of(new Histogram.Bucket(0.15, 0), new Histogram.Bucket(Double.POSITIVE_INFINITY, 100)));
        Window odd = MetricAnalysisTest.window(new Counts(100, 0, 0, other));
        assertThat(after(EvidenceSamples.begin(List.of(RATIO)), odd, slow(0), 20)
                        .against("latency-p95"))
                .isEqualTo(1);
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

    private static Counts counts(double ok) {
        return new Counts(ok, 0, 0, HistogramTest.of(ok, ok, ok, ok));
    }
}
