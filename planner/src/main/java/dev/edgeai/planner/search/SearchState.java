package dev.edgeai.planner.search;

import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.planner.technique.Candidate;
import dev.edgeai.planner.technique.TechniqueContext;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is known when a search is asked for its next trials.
 *
 * @param plan candidates that start from the source, the most promising first
 * @param situation decides which engine options are worth trying
 * @param trials so far, each of which has ended
 * @param gates of the run
 * @param maxTrials most full measurements
 * @param seed of everything that draws
 * @param hurried whether half of the time or energy is spent: then what is screened has to be measured in full
 */
public record SearchState(
        SearchPlan plan,
        TechniqueContext situation,
        List<TrialStatus> trials,
        Gates gates,
        int maxTrials,
        int seed,
        boolean hurried) {
    /** Most trials of a run, as its status holds them. */
    public static final int MOST_TRIALS = 64;

    public SearchState {
        trials = List.copyOf(trials);
    }

    /** All that start from the source and were not tried. */
    List<Candidate> untried() {
        return untried(Stream.concat(plan.trials().stream(), plan.variations().stream())
                .toList());
    }

    /** Those of these that were not tried, as many as a status has room for. */
    List<Candidate> untried(List<Candidate> candidates) {
        Set<String> names = trials.stream().map(TrialStatus::name).collect(Collectors.toSet());
        return candidates.stream()
                .filter(c -> !names.contains(c.name()))
                .limit(MOST_TRIALS - trials.size())
                .toList();
    }

    /** Trials that have a measurement, of whatever depth. */
    List<TrialStatus> measured() {
        return trials.stream().filter(t -> t.measurement() != null).toList();
    }

    List<TrialStatus> screened() {
        return measured().stream().filter(t -> t.phase() == TrialPhase.SCREENED).toList();
    }

    /** Full measurements that were begun. */
    int inFull() {
        return (int) trials.stream().filter(t -> t.depth() != Depth.SCREENING).count();
    }

    /** Full measurements that may still be begun. */
    int left() {
        return Math.max(0, maxTrials - inFull());
    }
}
