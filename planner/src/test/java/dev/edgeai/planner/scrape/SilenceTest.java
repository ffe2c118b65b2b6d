package dev.edgeai.planner.scrape;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

class SilenceTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Set<String> NONE = Set.of();
    private static final Set<String> GREEN = Set.of("green");
    private static final Set<String> BLUE = Set.of("blue");

    @Test
    void counts_the_newest_looks_in_a_row() {
        List<ScrapeRound> rounds = List.of(
                round(0, GREEN, BLUE),
                round(2, NONE, Set.of("green", "blue")),
                round(4, GREEN, BLUE),
                round(6, GREEN, BLUE));
        assertThat(of(rounds)).contains(new Silence(T0.plusSeconds(4), T0.plusSeconds(6), 2));
    }

    @Test
    void what_silenced_both_says_nothing_of_the_one_it_lasts_longer_for() {
        assertThat(of(List.of(round(0, GREEN, BLUE), round(2, GREEN, NONE)))).isEmpty();
        assertThat(of(List.of(round(0, GREEN, NONE), round(2, GREEN, BLUE)))).isEmpty();
        assertThat(of(List.of(round(0, NONE, NONE), round(2, GREEN, BLUE)))).isPresent();
    }

    @Test
    void few_looks_and_looks_that_follow_each_other_closely_are_no_evidence() {
        assertThat(looks(5, 3).orElseThrow().isEvidence()).isTrue();
        assertThat(looks(6, 2).orElseThrow().isEvidence()).as("10 s").isTrue();
        assertThat(looks(4, 30).orElseThrow().isEvidence()).as("four of four").isFalse();
        assertThat(looks(8, 1).orElseThrow().isEvidence()).as("within 7 s").isFalse();
    }

    private static Optional<Silence> looks(int count, int seconds) {
        List<ScrapeRound> rounds = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rounds.add(round(i * seconds, GREEN, BLUE));
        }
        return of(rounds);
    }

    private static Optional<Silence> of(List<ScrapeRound> rounds) {
        return Silence.of(rounds, "green", "blue");
    }

    private static ScrapeRound round(int second, Set<String> mute, Set<String> answering) {
        return new ScrapeRound(T0.plusSeconds(second), mute, answering);
    }
}
