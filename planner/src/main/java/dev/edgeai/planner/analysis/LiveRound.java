package dev.edgeai.planner.analysis;

import dev.edgeai.planner.scrape.Counts;
import dev.edgeai.planner.scrape.Window;

import java.util.Map;
import java.util.Optional;

/**
 * What the pods of two versions answered to one kind of requests between two readings.
 *
 * @param watched by pod, of the version that is judged
 * @param reference by pod, of the one it is compared with; empty when there is none
 * @param comparable whether both carry about as much
 * @param carriesLess whether the version that is judged has less to do: slower all the same, it is slower
 * @param refusesMore whether it surely turns more requests away than the other under comparable load
 */
record LiveRound(
        Map<String, Counts> watched,
        Map<String, Counts> reference,
        boolean comparable,
        boolean carriesLess,
        boolean refusesMore) {
    /**
     * Of two versions that carried this much lately.
     *
     * @param watchedLoad of the last rounds, of the version that is judged
     * @param referenceLoad of the other
     */
    static LiveRound of(
            Map<String, Counts> watched, Map<String, Counts> reference, Window watchedLoad, Window referenceLoad) {
        Evidence lately = new Evidence(
                watchedLoad, Optional.of(referenceLoad), false, Evidence.incomparable(watchedLoad, referenceLoad));
        return new LiveRound(watched, reference, lately.compares(), lately.carriesLess(), lately.refusesMore());
    }

    Counts watchedNow() {
        return sum(watched);
    }

    Counts referenceNow() {
        return sum(reference);
    }

    private static Counts sum(Map<String, Counts> pods) {
        return pods.values().stream().reduce(Counts.NONE, Counts::plus);
    }
}
