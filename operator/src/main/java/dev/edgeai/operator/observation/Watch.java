package dev.edgeai.operator.observation;

import dev.edgeai.planner.analysis.LiveEvidence;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is measured of a target as long as its rollout is analysed.
 *
 * @param pods serving pods of the versions that are compared
 * @param queries the analysis metrics' own queries
 * @param comparison what the pods' requests are evidence of
 * @param interval time between two measurements
 */
public record Watch(List<Pod> pods, List<Query> queries, Comparison comparison, Duration interval) {
    public Watch {
        pods = List.copyOf(pods);
        queries = List.copyOf(queries);
    }

    /**
     * A pod to scrape.
     *
     * @param name its name
     * @param revision the revision it serves
     * @param address {@code host:port} of its metrics
     * @param ready whether it is Ready; one that is not any more is asked, too, and its silence alone makes no metric
     *     unreadable
     */
    public record Pod(String name, String revision, String address, boolean ready) {}

    /**
     * The two versions and their limits.
     *
     * @param stepBegan when the weights of now became true
     * @param earlier evidence by metric as it was written down; for a beginning without what was measured before
     */
    public record Comparison(LiveEvidence.Subject subject, Instant stepBegan, Map<String, Double> earlier) {
        public Comparison {
            earlier = Map.copyOf(earlier);
        }
    }

    /**
     * A query with its place-holders filled in.
     *
     * @param metric name of the analysis metric
     * @param address of the Prometheus as the metric names it; empty: the operator's own
     * @param query PromQL
     */
    public record Query(String metric, Optional<String> address, String query) {}
}
