package dev.edgeai.planner.scrape;

import dev.edgeai.planner.analysis.LiveEvidence;
import dev.edgeai.planner.analysis.LiveMetrics;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

import static org.assertj.core.api.Assertions.assertThat;

class ScrapeHistoryTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    private static Scrape scrape(String pod, int second, double ok, double errors) {
        return scrape(pod, second, new Counts(ok, errors, 0, HistogramTest.of(ok, ok, ok, ok)), Counts.NONE, 1);
    }

    private static Scrape scrape(String pod, int second, Counts users, Counts probes, double started) {
        return new Scrape(pod, T0.plusSeconds(second), users, probes, OptionalDouble.of(started));
    }

    private static Window window(int from, int to, Scrape... scrapes) {
        return new ScrapeHistory(List.of(scrapes)).between(T0.plusSeconds(from), T0.plusSeconds(to), Scrape::users);
    }

    @Test
    void counters_are_differenced_for_each_pod_and_added() {
        Window w = window(
                0, 10, scrape("a", 0, 100, 1), scrape("b", 0, 50, 0), scrape("a", 10, 130, 3), scrape("b", 10, 55, 0));
        assertThat(w.ok()).isEqualTo(35);
        assertThat(w.errors()).isEqualTo(2);
        assertThat(w.latency().count()).isEqualTo(35);
        assertThat(w.length()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void a_restarted_pod_counts_from_zero_and_is_named() {
        Scrape silent = new Scrape(
                "a", T0.plusSeconds(20), new Counts(7, 0, 0, Histogram.EMPTY), Counts.NONE, OptionalDouble.empty());
        Window w = window(0, 20, scrape("a", 0, 100, 0), scrape("a", 10, 120, 0), silent);
        assertThat(w.ok()).isEqualTo(27);
        assertThat(w.lost()).containsExactly("a");
    }

    @Test
    void a_restart_that_has_caught_up_is_known_by_the_time_the_process_began() {
        Counts many = new Counts(150, 30, 0, Histogram.EMPTY);
        Window w = window(0, 10, scrape("a", 0, 100, 0), scrape("a", 10, many, Counts.NONE, 2));
        assertThat(w.ok()).isEqualTo(150);
        assertThat(w.errors()).isEqualTo(30);
        assertThat(w.lost()).containsExactly("a");
    }

    @Test
    void a_pod_that_is_gone_before_the_end_is_named() {
        Window w = window(
                0,
                20,
                scrape("a", 0, 0, 0),
                scrape("b", 0, 0, 0),
                scrape("a", 10, 10, 0),
                scrape("b", 10, 10, 5),
                scrape("a", 20, 20, 0));
        assertThat(w.errors()).isEqualTo(5);
        assertThat(w.lost()).containsExactly("b");
    }

    @Test
    void the_load_is_that_of_one_pod_with_all_kinds_of_requests() {
        Counts users = new Counts(10, 5, 5, Histogram.EMPTY);
        Counts probes = new Counts(20, 0, 0, Histogram.EMPTY);
        Scrape[] scrapes = {
            scrape("a", 0, Counts.NONE, Counts.NONE, 1),
            scrape("b", 0, Counts.NONE, Counts.NONE, 1),
            scrape("a", 10, users, probes, 1),
            scrape("b", 10, users, Counts.NONE, 1)
        };
        assertThat(window(0, 10, scrapes).load()).isEqualTo(3);
        assertThat(window(0, 10, scrapes).requests()).isEqualTo(40);
        assertThat(new ScrapeHistory(List.of(scrapes))
                        .between(T0, T0.plusSeconds(10), Scrape::probes)
                        .requests())
                .isEqualTo(20);
    }

    @Test
    void what_was_before_the_first_scrape_counts_nowhere() {
        assertThat(window(0, 10, scrape("a", 0, 0, 0), scrape("a", 10, 5, 0), scrape("new", 10, 999, 9))
                        .ok())
                .isEqualTo(5);
    }

    @Test
    void the_window_grows_back_until_it_holds_enough_requests_but_not_beyond_the_step() {
        ScrapeHistory h = new ScrapeHistory(
                List.of(scrape("a", 0, 0, 0), scrape("a", 10, 10, 0), scrape("a", 20, 18, 0), scrape("a", 30, 26, 0)));
        assertThat(h.windowStart(T0, Duration.ofSeconds(10), 5, Scrape::users)).contains(T0.plusSeconds(20));
        assertThat(h.windowStart(T0, Duration.ofSeconds(10), 16, Scrape::users)).contains(T0.plusSeconds(10));
        assertThat(h.windowStart(T0.plusSeconds(5), Duration.ofSeconds(10), 20, Scrape::users))
                .contains(T0.plusSeconds(10));
        assertThat(h.windowStart(T0.plusSeconds(25), Duration.ofSeconds(10), 1, Scrape::users))
                .isEmpty();
    }

    @Test
    void both_versions_are_read_over_the_same_window() {
        ScrapeHistory green =
                new ScrapeHistory(List.of(scrape("g", 0, 0, 0), scrape("g", 10, 30, 0), scrape("g", 20, 60, 0)));
        ScrapeHistory blue =
                new ScrapeHistory(List.of(scrape("b", 0, 0, 0), scrape("b", 10, 300, 0), scrape("b", 20, 700, 0)));
        LiveMetrics live = LiveMetrics.of(
                green,
                Optional.of(blue),
                T0,
                Duration.ofSeconds(10),
                true,
                Optional.empty(),
                Optional.empty(),
                LiveEvidence.NONE);
        assertThat(live.watched().orElseThrow().ok()).isEqualTo(30);
        assertThat(live.reference().orElseThrow().ok()).isEqualTo(400);
    }

    @Test
    void what_came_lately_is_that_of_the_pods_that_answered_now() {
        ScrapeHistory h = new ScrapeHistory(List.of(
                scrape("a", 0, 10, 0),
                scrape("b", 0, 10, 0),
                scrape("gone", 0, 10, 0),
                scrape("a", 2, 13, 0),
                scrape("gone", 2, 90, 0),
                scrape("a", 4, 20, 0),
                scrape("b", 4, 15, 0), // missed a round: both are in what came since its last answer
                scrape("new", 4, 7, 0)));
        assertThat(h.lately(T0.plusSeconds(4), T0, Scrape::users))
                .hasEntrySatisfying("a", counts -> assertThat(counts.ok()).isEqualTo(7))
                .hasEntrySatisfying("b", counts -> assertThat(counts.ok()).isEqualTo(5))
                .hasSize(2);
        assertThat(h.lately(T0.plusSeconds(4), T0.plusSeconds(1), Scrape::users))
                .as("of the step alone")
                .containsOnlyKeys("a");
    }

    @Test
    void old_scrapes_are_forgotten() {
        ScrapeHistory h = ScrapeHistory.EMPTY
                .with(scrape("a", 0, 1, 0), Duration.ofSeconds(15))
                .with(scrape("a", 10, 2, 0), Duration.ofSeconds(15))
                .with(scrape("a", 20, 3, 0), Duration.ofSeconds(15));
        assertThat(h.scrapes()).hasSize(2);
    }
}
