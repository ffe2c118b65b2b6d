package dev.edgeai.operator.observation;

import dev.edgeai.planner.analysis.LiveEvidence;
import dev.edgeai.planner.analysis.MetricReading;
import dev.edgeai.planner.scrape.ScrapeHistory;
import dev.edgeai.planner.scrape.ScrapeRound;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the measurements of a target brought so far.
 *
 * @param scrapes recent scrapes by revision
 * @param silent which ready pod could not be scraped the last time, and why
 * @param rounds who answered at all in the last rounds, the oldest first
 * @param queries last reading of each metric with a query of its own
 * @param evidence what all requests of the rollout say of its limits
 */
public record Readings(
        Map<String, ScrapeHistory> scrapes,
        Optional<String> silent,
        List<ScrapeRound> rounds,
        Map<String, MetricReading> queries,
        LiveEvidence evidence) {
    public static final Readings NONE =
            new Readings(Map.of(), Optional.empty(), List.of(), Map.of(), LiveEvidence.NONE);

    public Readings {
        scrapes = Map.copyOf(scrapes);
        rounds = List.copyOf(rounds);
        queries = Map.copyOf(queries);
    }

    /** Whether one version was mute the last time and another was not: worth another look soon. */
    boolean isSuspicious() {
        return !rounds.isEmpty()
                && !rounds.getLast().mute().isEmpty()
                && !rounds.getLast().answering().isEmpty();
    }
}
