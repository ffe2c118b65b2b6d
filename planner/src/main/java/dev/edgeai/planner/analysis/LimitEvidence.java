package dev.edgeai.planner.analysis;

import dev.edgeai.planner.analysis.OddsTest.Side;
import dev.edgeai.planner.scrape.Counts;
import dev.edgeai.planner.scrape.Histogram;

import java.util.Map;

/**
 * What all requests of a rollout say about one limit of one metric: that it is broken, and that it is kept.
 *
 * <ul>
 *   <li>A largest error rate p: each request fails at odds p : 1 - p.
 *   <li>A largest latency of the quantile q: each request is over it at odds 1 - q : q.
 *   <li>A largest ratio r to the other version: a request that failed (or was slow) is the watched version's at the odds of
 *       the requests that it got in that round, times r. A latency's ratio moves the bound instead: over r times the
 *       latency that the other version's q rarely exceeds, the watched version's requests shall not be oftener than the
 *       other's over that latency. The bound comes from what was seen before the round.
 * </ul>
 *
 * Failed requests count each. Slow ones count as many as {@link Clustering} leaves of them, and the round that tells most
 * is left out, so that one pause of one pod decides nothing.
 */
final class LimitEvidence {
    private final Limit limit;
    private final OddsTest breaks;
    private final OddsTest keeps;
    private final Clustering clustering;
    private final double hits;

    private LimitEvidence(Limit limit, OddsTest breaks, OddsTest keeps, Clustering clustering, double hits) {
        this.limit = limit;
        this.breaks = breaks;
        this.keeps = keeps;
        this.clustering = clustering;
        this.hits = hits;
    }

    static LimitEvidence of(Limit limit) {
        return new LimitEvidence(
                limit,
                OddsTest.of(limit.brokenOn(), limit.isLatency()),
                OddsTest.of(limit.keptOn(), limit.isLatency()),
                Clustering.NONE,
                0);
    }

    /** One that has yet to show that the limit is kept: at another weight. */
    LimitEvidence inNewStep() {
        return new LimitEvidence(limit, breaks, OddsTest.of(limit.keptOn(), limit.isLatency()), clustering, hits);
    }

    Limit limit() {
        return limit;
    }

    /** That it is broken; natural logarithm. */
    double againstLog() {
        return breaks.log();
    }

    /** That it is kept; natural logarithm. */
    double forLog() {
        return keeps.log();
    }

    /** Requests of the watched version that failed or were slow, until now. */
    double hits() {
        return hits;
    }

    /**
     * With one round more.
     *
     * @param before requests of the same kind of all rounds before
     */
    LimitEvidence after(LiveRound round, KindEvidence before) {
        return limit.isRatio() ? compared(round, before) : alone(round, before);
    }

    private LimitEvidence alone(LiveRound round, KindEvidence before) {
        Counts now = round.watchedNow();
        if (limit.isLatency()) {
            return Edges.at(now.latency().bounds(), limit.value())
                    .map(edges -> {
                        // What cannot be said for sure favours the version where it is accused, and not where it is
                        // praised
                        boolean most = limit.brokenOn() == Side.ABOVE;
                        double accused = most ? edges.above() : edges.below();
                        double praised = most ? edges.below() : edges.above();
                        return bet(
                                now.latency().over(accused),
                                now.latency().over(praised),
                                now.latency().count(),
                                1 - limit.quantile(),
                                clustered(round, before, accused));
                    })
                    .orElse(this);
        }
        double failed = limit.failed(now, round.refusesMore());
        return bet(failed, failed, now.requests(), limit.value(), clustering);
    }

    private LimitEvidence compared(LiveRound round, KindEvidence totals) {
        if (!round.comparable() && !round.carriesLess()) {
            return this;
        }
        Counts watched = round.watchedNow();
        Counts reference = round.referenceNow();
        if (!limit.isLatency()) {
            double own = limit.failed(watched, false);
            double others = limit.failed(reference, false);
            double odds = limit.value() * watched.requests() / reference.requests();
            return betOn(own, own, others, odds, round.comparable(), clustering);
        }
        Histogram before = totals.recent();
        if (before.count() < MetricAnalysis.MIN_REQUESTS) {
            return this;
        }
        return before.quantile(limit.quantile()).stream()
                .boxed()
                .flatMap(q -> Edges.near(before.bounds(), watched.latency().bounds(), q, limit.value()).stream())
                .findFirst()
                .map(edges -> betOn(
                        watched.latency().over(edges.above()),
                        watched.latency().over(edges.below()),
                        reference.latency().over(edges.reference()),
                        watched.latency().count() / reference.latency().count(),
                        round.comparable(),
                        clustered(round, totals, edges.reference())))
                .orElse(this);
    }

    /** Bets on whose each event is. */
    private LimitEvidence betOn(
            double accused, double praised, double others, double odds, boolean praise, Clustering learnt) {
        double share = Double.isInfinite(odds) ? 1 : odds / (1 + odds);
        return new LimitEvidence(
                limit,
                breaks.after(accused, accused + others, share, together()),
                praise ? keeps.after(praised, praised + others, share, together()) : keeps,
                learnt,
                hits + accused);
    }

    private LimitEvidence bet(double accused, double praised, double requests, double share, Clustering learnt) {
        return new LimitEvidence(
                limit,
                breaks.after(accused, requests, share, together()),
                keeps.after(praised, requests, share, together()),
                learnt,
                hits + accused);
    }

    private double together() {
        return limit.isLatency() ? clustering.together() : 1;
    }

    /** What the round shows of requests that share their fate; of the other version, or where there is none of this one. */
    private Clustering clustered(LiveRound round, KindEvidence before, double bound) {
        Histogram others = round.referenceNow().latency();
        boolean compares = others.count() > 0 && others.bounds().contains(bound);
        Map<String, Counts> pods = compares ? round.reference() : round.watched();
        Histogram all = compares
                ? before.reference().latency().plus(others)
                : before.watched().latency().plus(round.watchedNow().latency());
        double share = all.count() == 0 ? 0 : all.over(bound) / all.count();
        Clustering next = clustering;
        for (Map.Entry<String, Counts> pod : pods.entrySet()) {
            Histogram latency = pod.getValue().latency();
            next = next.with(pod.getKey(), latency.over(bound), latency.count(), share);
        }
        return next;
    }
}
