package dev.edgeai.operator.observation;

import dev.edgeai.planner.rollout.MetricReading;
import dev.edgeai.planner.rollout.ScrapeHistory;

import java.util.Map;
import java.util.Optional;

/**
 * What the measurements of a target brought so far.
 *
 * @param scrapes recent scrapes by revision
 * @param silent which pod could not be scraped the last time, and why
 * @param queries last reading of each metric with a query of its own
 */
public record Readings(
        Map<String, ScrapeHistory> scrapes, Optional<String> silent, Map<String, MetricReading> queries) {
    public static final Readings NONE = new Readings(Map.of(), Optional.empty(), Map.of());

    public Readings {
        scrapes = Map.copyOf(scrapes);
        queries = Map.copyOf(queries);
    }
}
