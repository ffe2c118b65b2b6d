package dev.edgeai.planner.search;

import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.planner.search.SearchStep.Try;
import dev.edgeai.planner.technique.Accelerations;
import dev.edgeai.planner.technique.Candidate;

import java.util.List;

/** Every combination, then every variant with every other engine option; each measured in full. */
final class ExhaustiveSearch implements SearchStrategy {
    @Override
    public List<SearchStep> next(SearchState known) {
        List<Candidate> fromSource = known.untried();
        List<Candidate> next = fromSource.isEmpty()
                ? known.untried(Accelerations.of(known.measured(), known.situation()))
                : fromSource;
        return next.stream()
                .limit(known.left())
                .<SearchStep>map(c -> new Try(c, Depth.FULL))
                .toList();
    }
}
