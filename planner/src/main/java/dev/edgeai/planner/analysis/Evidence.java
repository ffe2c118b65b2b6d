package dev.edgeai.planner.analysis;

import dev.edgeai.planner.scrape.Window;

import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The windows a metric is judged by: users' requests where both versions have enough under comparable load, else the
 * operator's probes.
 *
 * @param watched of the version that is judged
 * @param reference of the version it is compared with; absent when that one has too few requests
 * @param probes whether these are probes
 * @param incomparable why a ratio of the two would not compare like with like; absent when it does
 */
record Evidence(Window watched, Optional<Window> reference, boolean probes, Optional<String> incomparable) {
    /**
     * Requests a second and pod may differ this much: latency under twice the load is still much the same unless a pod
     * is nearly full, and a Service that spreads connections does not spread better.
     */
    static final double LOAD_FACTOR = 2;

    /** Pods that work less than this share of the time hardly make a request wait, whatever their load. */
    static final double IDLE = 0.1;

    /**
     * Chooses.
     *
     * @param samples what of a window the metric rests on
     * @param comparing whether the metric sets one version against the other
     * @return empty when neither users nor probes sent enough
     */
    static Optional<Evidence> of(LiveMetrics live, ToDoubleFunction<Window> samples, boolean comparing) {
        Optional<Evidence> users = of(live.watched(), live.reference(), false, samples);
        Optional<Evidence> probes = of(live.watchedProbes(), live.referenceProbes(), true, samples);
        return users.filter(e -> !comparing || e.compares())
                .or(() -> probes.filter(e -> !comparing || e.compares()))
                .or(() -> users)
                .or(() -> probes);
    }

    private static Optional<Evidence> of(
            Optional<Window> watched, Optional<Window> reference, boolean probes, ToDoubleFunction<Window> samples) {
        return watched.filter(w -> samples.applyAsDouble(w) >= MetricAnalysis.MIN_REQUESTS)
                .map(w -> {
                    Optional<Window> enough =
                            reference.filter(r -> samples.applyAsDouble(r) >= MetricAnalysis.MIN_REQUESTS);
                    return new Evidence(w, enough, probes, enough.flatMap(r -> incomparable(w, r)));
                });
    }

    /**
     * Of all requests since the first round, with the loads of now.
     *
     * @param probes whether of the operator's own
     * @return empty when there are none
     */
    static Optional<Evidence> ofAll(LiveMetrics live, boolean probes, ToDoubleFunction<Window> samples) {
        KindEvidence all = probes ? live.evidence().probes() : live.evidence().users();
        Window watched = (probes ? live.watchedProbes() : live.watched())
                .orElse(Window.NONE)
                .with(all.watched());
        // Few of the other's requests are enough to see that they fail, too; intervals know how few they are
        Optional<Window> reference = (probes ? live.referenceProbes() : live.reference())
                .map(r -> r.with(all.reference()))
                .filter(r -> samples.applyAsDouble(r) > 0);
        return samples.applyAsDouble(watched) > 0
                ? Optional.of(
                        new Evidence(watched, reference, probes, reference.flatMap(r -> incomparable(watched, r))))
                : Optional.empty();
    }

    /** Whether there is another version's window, under comparable load. */
    boolean compares() {
        return reference.isPresent() && incomparable.isEmpty();
    }

    /**
     * Whether the version that is judged has less to do than the other. Slower all the same, it is slower: what answers
     * slowly gets little done. Faster, it may be so for that.
     */
    boolean carriesLess() {
        return reference.filter(r -> watched.load() < r.load()).isPresent();
    }

    /** Whether it surely turns more requests away than the other, which carries about as much. */
    boolean refusesMore() {
        return incomparable.isEmpty()
                && reference
                        .filter(r -> LiveValue.refusedShare(watched).surelyAbove(1, LiveValue.refusedShare(r)))
                        .isPresent();
    }

    static Optional<String> incomparable(Window watched, Window reference) {
        double more = Math.max(watched.load(), reference.load());
        double less = Math.min(watched.load(), reference.load());
        boolean alike = more <= LOAD_FACTOR * less;
        boolean idle = watched.busy() < IDLE && reference.busy() < IDLE;
        return alike || idle
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "cannot be compared: it carries %.2f requests a second and pod, this version %.2f",
                        reference.load(),
                        watched.load()));
    }
}
