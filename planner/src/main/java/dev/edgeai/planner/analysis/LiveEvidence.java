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
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

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

    public static final LiveEvidence NONE = new LiveEvidence(
            new Subject("", Optional.empty(), Analysis.of(List.of())),
            Map.of(),
            Instant.MIN,
            List.of(),
            Totals.NONE,
            Totals.NONE);

    /**
     * What it is about; another one begins anew.
     *
     * @param watched revision that is judged
     * @param reference revision it is compared with
     * @param policy its limits, and how often chance may break them
     */
    public record Subject(String watched, Optional<String> reference, Analysis policy) {}

    /** What both versions answered since the first round. */
    record Totals(Counts watched, Counts reference) {
        static final Totals NONE = new Totals(Counts.NONE, Counts.NONE);

        Totals plus(LiveRound round) {
            return new Totals(watched.plus(round.watchedNow()), reference.plus(round.referenceNow()));
        }
    }

    private final Subject subject;
    private final Map<String, Double> earlier;
    private final Instant step;
    private final List<LimitEvidence> limits;
    private final Totals users;
    private final Totals probes;

    private LiveEvidence(
            Subject subject,
            Map<String, Double> earlier,
            Instant step,
            List<LimitEvidence> limits,
            Totals users,
            Totals probes) {
        this.subject = subject;
        this.earlier = earlier;
        this.step = step;
        this.limits = limits;
        this.users = users;
        this.probes = probes;
    }

    /**
     * One that has seen no request.
     *
     * @param earlier evidence by metric that was written down before the operator began anew; it multiplies what comes
     */
    public static LiveEvidence of(Subject subject, Map<String, Double> earlier) {
        return new LiveEvidence(
                subject,
                Map.copyOf(earlier),
                Instant.MIN,
                Limit.of(subject.policy.metrics()).stream()
                        .map(LimitEvidence::of)
                        .toList(),
                Totals.NONE,
                Totals.NONE);
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
        Function<Function<Scrape, Counts>, LiveRound> round = kind -> LiveRound.of(
                watched.lately(time, notBefore, kind),
                other.lately(time, notBefore, kind),
                watched.between(from, time, kind),
                other.between(from, time, kind));
        return after(stepBegan, round.apply(Scrape::users), round.apply(Scrape::probes));
    }

    /** With one round of users' requests and of probes. */
    LiveEvidence after(Instant stepBegan, LiveRound ofUsers, LiveRound ofProbes) {
        return new LiveEvidence(
                subject,
                earlier,
                stepBegan,
                limits.stream()
                        .map(limit -> stepBegan.equals(step) ? limit : limit.inNewStep())
                        .map(limit -> limit.after(ofUsers, users).after(ofProbes, probes))
                        .toList(),
                users.plus(ofUsers),
                probes.plus(ofProbes));
    }

    /** Whether the limit is broken, and chance ruled out. */
    boolean isBroken(String metric, Limit.Kind kind) {
        return limits.stream()
                .filter(l -> l.limit().metric().equals(metric) && l.limit().kind() == kind)
                .anyMatch(this::isBroken);
    }

    private boolean isBroken(LimitEvidence limit) {
        boolean none = limit.limit().kind() == Limit.Kind.MAX && limit.limit().value() == 0;
        if (none && !limit.limit().isLatency()) {
            return limit.hits() > 0; // of "no error at all" one error is the proof
        }
        boolean enough = limit.limit().kind() == Limit.Kind.MIN || limit.hits() >= MIN_HITS;
        double wanted = logWanted() + (limit.limit().kind() == Limit.Kind.BURST ? Math.log(BURST) : 0);
        double before = limit.limit().kind() == Limit.Kind.BURST
                ? 0
                : Math.log(earlier.getOrDefault(limit.limit().metric(), 1.0));
        return enough && limit.againstLog() + before >= wanted;
    }

    /** Whether each limit of the metric was shown to be kept in this step, at the same rate of false alarms. */
    boolean isKept(String metric) {
        List<LimitEvidence> own = of(metric);
        return !own.isEmpty() && own.stream().allMatch(l -> l.forLog() >= logWanted());
    }

    /** That a metric's limits are broken; {@link #wanted()} of one limit takes the version back. */
    double against(String metric) {
        return earlier.getOrDefault(metric, 1.0) * mean(of(metric), l -> Math.exp(l.againstLog()));
    }

    /** Error share beyond which errors are a burst. */
    double burstShare() {
        return limits.stream()
                .map(LimitEvidence::limit)
                .filter(l -> l.kind() == Limit.Kind.BURST)
                .mapToDouble(Limit::value)
                .findFirst()
                .orElse(Limit.DEFAULT_BURST_SHARE);
    }

    /** Evidence that decides. */
    double wanted() {
        return Math.exp(logWanted());
    }

    private double logWanted() {
        return Math.log(limits.size() / subject.policy.falseAlarmRate().asDouble());
    }

    private List<LimitEvidence> of(String metric) {
        return limits.stream()
                .filter(l -> l.limit().metric().equals(metric) && l.limit().kind() != Limit.Kind.BURST)
                .toList();
    }

    private static double mean(List<LimitEvidence> limits, ToDoubleFunction<LimitEvidence> value) {
        return limits.stream().mapToDouble(value).average().orElse(1);
    }

    /** Since the first round, of users' requests. */
    Totals users() {
        return users;
    }

    /** Since the first round, of the operator's own requests. */
    Totals probes() {
        return probes;
    }
}
