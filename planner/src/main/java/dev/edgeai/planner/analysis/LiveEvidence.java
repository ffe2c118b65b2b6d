package dev.edgeai.planner.analysis;

import dev.edgeai.api.v1alpha1.rollout.Analysis;
import dev.edgeai.planner.scrape.Counts;
import dev.edgeai.planner.scrape.Scrape;
import dev.edgeai.planner.scrape.ScrapeHistory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * What all requests of one rollout say about the limits of its policy, from its first step to the end of its bake. Of
 * versions that keep every limit at most the policy's {@code falseAlarmRate} are taken back by chance, over all limits,
 * steps and looks: each limit's evidence may be looked at any time ({@link OddsTest}), and each gets an equal part.
 */
public final class LiveEvidence {
    /** A burst takes a version back whatever is tolerated, so it needs more. */
    private static final double BURST = 10;

    /** Rounds over which the load of the two versions is compared. */
    private static final int LOAD_ROUNDS = 5;

    /** Failed or slow requests below which nothing is said: a single unlucky one is no evidence. */
    static final int MIN_HITS = 5;

    public static final LiveEvidence NONE = of(new Subject("", Optional.empty(), Analysis.of(List.of())), Map.of());

    /**
     * What it is about; another one begins anew.
     *
     * @param watched revision that is judged
     * @param reference revision it is compared with
     * @param policy its limits, and how often chance may break them
     */
    public record Subject(String watched, Optional<String> reference, Analysis policy) {}

    private final Subject subject;
    private final Map<String, Double> earlier;
    private final Instant step;
    private final Instant last;
    private final List<Limit> limits;
    private final KindEvidence users;
    private final KindEvidence probes;

    private LiveEvidence(
            Subject subject,
            Map<String, Double> earlier,
            Instant step,
            Instant last,
            KindEvidence users,
            KindEvidence probes) {
        this.subject = subject;
        this.earlier = earlier;
        this.step = step;
        this.last = last;
        this.limits = Limit.of(subject.policy.metrics());
        this.users = users;
        this.probes = probes;
    }

    /**
     * One that has seen no request.
     *
     * @param earlier evidence by metric that was written down before the operator began anew; it multiplies what comes
     */
    public static LiveEvidence of(Subject subject, Map<String, Double> earlier) {
        KindEvidence nothing = KindEvidence.of(Limit.of(subject.policy.metrics()));
        return new LiveEvidence(subject, Map.copyOf(earlier), Instant.MIN, Instant.MIN, nothing, nothing);
    }

    /**
     * The same, or what it says of another subject: of other versions nothing, under another policy what it said of the
     * limits that stay.
     *
     * @param written as for {@link #of}, for other versions
     */
    public LiveEvidence about(Subject other, Map<String, Double> written) {
        if (subject.equals(other)) {
            return this;
        }
        boolean sameVersions = subject.watched.equals(other.watched) && subject.reference.equals(other.reference);
        if (!sameVersions) {
            return of(other, written);
        }
        List<Limit> next = Limit.of(other.policy.metrics());
        return new LiveEvidence(other, Map.of(), step, last, users.under(next), probes.under(next));
    }

    public Subject subject() {
        return subject;
    }

    /**
     * With what the pods answered between their last two scrapes.
     *
     * @param time of the newest scrapes
     * @param stepBegan when the weights of now became true; what shows that a limit is kept must come after it
     * @param pace time between two rounds
     */
    public LiveEvidence after(
            Instant time, ScrapeHistory watched, Optional<ScrapeHistory> reference, Instant stepBegan, Duration pace) {
        Instant notBefore = stepBegan.plus(subject.policy.initialDelay().duration());
        ScrapeHistory other = reference.orElse(ScrapeHistory.EMPTY);
        Instant from = time.minus(pace.multipliedBy(LOAD_ROUNDS));
        Instant roundBefore = last.isAfter(notBefore) ? last : notBefore;
        BiFunction<Function<Scrape, Counts>, Instant, LiveRound> round = (kind, since) -> LiveRound.of(
                watched.lately(time, since, kind),
                other.lately(time, since, kind),
                watched.between(from, time, kind),
                other.between(from, time, kind));
        boolean sameStep = stepBegan.equals(step);
        return new LiveEvidence(
                subject,
                earlier,
                stepBegan,
                time,
                (sameStep ? users : users.inNewStep())
                        .after(round.apply(Scrape::users, notBefore), round.apply(Scrape::users, roundBefore)),
                (sameStep ? probes : probes.inNewStep())
                        .after(round.apply(Scrape::probes, notBefore), round.apply(Scrape::probes, roundBefore)));
    }

    /** With one round of users' requests and of probes, in which each pod was read. */
    LiveEvidence after(Instant stepBegan, LiveRound ofUsers, LiveRound ofProbes) {
        boolean sameStep = stepBegan.equals(step);
        return new LiveEvidence(
                subject,
                earlier,
                stepBegan,
                last,
                (sameStep ? users : users.inNewStep()).after(ofUsers, ofUsers),
                (sameStep ? probes : probes.inNewStep()).after(ofProbes, ofProbes));
    }

    /** Whether the limit is broken, and chance ruled out; false of one that is none of the policy's. */
    boolean isBroken(Limit limit) {
        if (!limits.contains(limit)) {
            return false;
        }
        boolean none = limit.kind() == Limit.Kind.MAX && limit.value() == 0 && !limit.isLatency();
        double hits = judging(limit).of(limit).hits();
        if (none) {
            return hits > 0; // of "no error at all" one error is the proof
        }
        boolean burst = limit.kind() == Limit.Kind.BURST;
        boolean enough = limit.kind() == Limit.Kind.MIN || hits >= MIN_HITS;
        double before = burst ? 0 : Math.log(earlier.getOrDefault(limit.metric(), 1.0));
        return enough && againstLog(limit) + before >= logWanted() + (burst ? Math.log(BURST) : 0);
    }

    /** Whether each limit of the metric was shown to be kept in this step, at the same rate of false alarms. */
    boolean isKept(String metric) {
        List<Limit> own = of(metric);
        return !own.isEmpty()
                && own.stream()
                        .allMatch(l -> mean(users.of(l).forLog(), probes.of(l).forLog()) >= logWanted());
    }

    /** That a metric's limits are broken; {@link #wanted()} of one limit takes the version back. */
    double against(String metric) {
        return earlier.getOrDefault(metric, 1.0)
                * of(metric).stream()
                        .mapToDouble(l -> Math.exp(againstLog(l)))
                        .average()
                        .orElse(1);
    }

    /** Users' requests and probes are two tests, so that good ones of one kind hide no bad ones of the other. */
    private double againstLog(Limit limit) {
        return mean(users.of(limit).againstLog(), probes.of(limit).againstLog());
    }

    /** The kind of requests that says more against it. */
    private KindEvidence judging(Limit limit) {
        return isByProbes(limit) ? probes : users;
    }

    /** Whether it is the probes that say more against it. */
    boolean isByProbes(Limit limit) {
        return limits.contains(limit)
                && probes.of(limit).againstLog() > users.of(limit).againstLog();
    }

    /** Of two logarithms, as one. */
    private static double mean(double one, double other) {
        double larger = Math.max(one, other);
        return larger + Math.log((1 + Math.exp(Math.min(one, other) - larger)) / 2);
    }

    /** Errors beyond which are a burst. */
    Limit burst() {
        return limits.stream()
                .filter(l -> l.kind() == Limit.Kind.BURST)
                .findFirst()
                .orElseThrow();
    }

    /** Evidence that decides. */
    double wanted() {
        return Math.exp(logWanted());
    }

    private double logWanted() {
        return Math.log(limits.size() / subject.policy.falseAlarmRate().asDouble());
    }

    private List<Limit> of(String metric) {
        return limits.stream()
                .filter(l -> l.metric().equals(metric) && l.kind() != Limit.Kind.BURST)
                .toList();
    }

    /** Since the first round, of users' requests. */
    KindEvidence users() {
        return users;
    }

    /** Since the first round, of the operator's own requests. */
    KindEvidence probes() {
        return probes;
    }
}
