package dev.edgeai.planner.analysis;

import dev.edgeai.planner.scrape.Counts;
import dev.edgeai.planner.scrape.Histogram;

import java.util.List;
import java.util.Optional;

/**
 * What one kind of requests, users' or probes, says of each limit.
 *
 * @param limits one of each
 * @param watched all of the version that is judged
 * @param reference all of the version it is compared with
 * @param recent latencies of the latter, older ones fading: a bound follows the load of now, not that of an earlier step
 */
record KindEvidence(List<LimitEvidence> limits, Counts watched, Counts reference, Histogram recent) {
    /** What is left of older requests after a round; half of it after some 20. */
    private static final double FADES = 0.97;

    static KindEvidence of(List<Limit> limits) {
        return new KindEvidence(
                limits.stream().map(LimitEvidence::of).toList(), Counts.NONE, Counts.NONE, Histogram.EMPTY);
    }

    /**
     * With one round more.
     *
     * @param all what came since each pod's last reading
     * @param beside the same of pods that were read in the round before: only those answered in one stretch of time
     */
    KindEvidence after(LiveRound all, LiveRound beside) {
        Counts others = all.referenceNow();
        return new KindEvidence(
                limits.stream()
                        .map(evidence -> evidence.after(evidence.limit().isRatio() ? beside : all, this))
                        .toList(),
                watched.plus(all.watchedNow()),
                reference.plus(others),
                recent.times(FADES).plus(others.latency()));
    }

    /** That limits are kept is to be shown at each weight anew. */
    KindEvidence inNewStep() {
        return new KindEvidence(limits.stream().map(LimitEvidence::inNewStep).toList(), watched, reference, recent);
    }

    /** Under other limits; what was seen of those that stay stays. */
    KindEvidence under(List<Limit> others) {
        return new KindEvidence(
                others.stream()
                        .map(limit -> find(limit).orElseGet(() -> LimitEvidence.of(limit)))
                        .toList(),
                watched,
                reference,
                recent);
    }

    LimitEvidence of(Limit limit) {
        return find(limit).orElseThrow();
    }

    private Optional<LimitEvidence> find(Limit limit) {
        return limits.stream().filter(l -> l.limit().equals(limit)).findFirst();
    }
}
