package dev.edgeai.planner.analysis;

import dev.edgeai.planner.scrape.Counts;
import dev.edgeai.planner.scrape.Scrape;
import dev.edgeai.planner.scrape.ScrapeHistory;
import dev.edgeai.planner.scrape.Silence;
import dev.edgeai.planner.scrape.Window;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the pods' own metrics say of the version that is watched and of the one it is compared with.
 *
 * @param watched users' requests to the candidate in a ramp, to the new stable during the bake; absent when too few
 *     scrapes are known yet
 * @param reference users' requests to the version it is compared with, over the same stretch of time; absent when there
 *     is none
 * @param watchedProbes the operator's own requests to the watched version
 * @param referenceProbes those to the other, over the same stretch of time
 * @param onSameNodes whether each node of the watched version runs a pod of the other, too: else a node may be slow and
 *     not the version
 * @param silent which pod could not be scraped, and why; absent when all answered
 * @param silence looks in a row at which only the watched version did not answer
 * @param evidence what all requests of the rollout say of its limits
 */
public record LiveMetrics(
        Optional<Window> watched,
        Optional<Window> reference,
        Optional<Window> watchedProbes,
        Optional<Window> referenceProbes,
        boolean onSameNodes,
        Optional<String> silent,
        Optional<Silence> silence,
        LiveEvidence evidence) {
    public static final LiveMetrics NONE = new LiveMetrics(Optional.empty(), Optional.empty(), Optional.empty());

    /** Without probes, on the same nodes. */
    public LiveMetrics(Optional<Window> watched, Optional<Window> reference, Optional<String> silent) {
        this(watched, reference, Optional.empty(), Optional.empty(), true, silent, Optional.empty(), LiveEvidence.NONE);
    }

    /**
     * Differences the scrapes of both versions over one window for each kind of requests: the shortest one of at least
     * the interval that holds {@link MetricAnalysis#MIN_REQUESTS} of the watched version.
     *
     * @param notBefore {@code since} of the target's status: numbers of an earlier step count no more
     */
    public static LiveMetrics of(
            ScrapeHistory watched,
            Optional<ScrapeHistory> reference,
            Instant notBefore,
            Duration interval,
            boolean onSameNodes,
            Optional<String> silent,
            Optional<Silence> silence,
            LiveEvidence evidence) {
        Pair users = Pair.of(watched, reference, notBefore, interval, Scrape::users);
        Pair probes = Pair.of(watched, reference, notBefore, interval, Scrape::probes);
        return new LiveMetrics(
                users.watched(),
                users.reference(),
                probes.watched(),
                probes.reference(),
                onSameNodes,
                silent,
                silence,
                evidence);
    }

    private record Pair(Optional<Window> watched, Optional<Window> reference) {
        static Pair of(
                ScrapeHistory watched,
                Optional<ScrapeHistory> reference,
                Instant notBefore,
                Duration interval,
                Function<Scrape, Counts> kind) {
            Optional<Instant> start = watched.windowStart(notBefore, interval, MetricAnalysis.MIN_REQUESTS, kind);
            if (start.isEmpty()) {
                return new Pair(Optional.empty(), Optional.empty());
            }
            Instant end = watched.scrapes().getLast().time();
            return new Pair(
                    Optional.of(watched.between(start.get(), end, kind)),
                    reference.map(r -> r.between(start.get(), end, kind)));
        }
    }
}
