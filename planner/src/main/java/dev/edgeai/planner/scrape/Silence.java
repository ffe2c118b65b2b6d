package dev.edgeai.planner.scrape;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Looks in a row at which no pod of one version answered in time, and each pod of the other one did.
 *
 * @param since the first of them
 * @param until the last of them
 * @param rounds how many
 */
public record Silence(Instant since, Instant until, int rounds) {
    /** Were both versions alike, one of two would be the mute one each time: five times by chance is one in 32. */
    static final int ROUNDS = 5;

    /** Looks that follow each other closely share their cause. */
    static final Duration LEAST = Duration.ofSeconds(10);

    /**
     * That of the newest looks.
     *
     * @return empty when the last of them is none of this kind, and when both versions fell silent together: what silenced
     *     both may only last longer for one
     */
    public static Optional<Silence> of(List<ScrapeRound> rounds, String watched, String reference) {
        Optional<Silence> silence = Optional.empty();
        for (ScrapeRound round : rounds.reversed()) {
            if (!round.mute().contains(watched)) {
                break;
            }
            if (!round.answering().contains(reference)) {
                return Optional.empty();
            }
            silence = Optional.of(silence.map(later -> new Silence(round.time(), later.until, later.rounds + 1))
                    .orElseGet(() -> new Silence(round.time(), round.time(), 1)));
        }
        return silence;
    }

    /** Whether it is long enough to say something of the version. */
    public boolean isEvidence() {
        return rounds >= ROUNDS && !since.plus(LEAST).isAfter(until);
    }
}
