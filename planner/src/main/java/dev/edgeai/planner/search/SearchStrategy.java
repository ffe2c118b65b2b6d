package dev.edgeai.planner.search;

import dev.edgeai.api.v1alpha1.search.Strategy;

import java.util.List;

/**
 * How a search finds its next trials (docs/decisions/search.md). It is asked only when every trial so far has ended, and
 * its answer follows from what it is given alone, so that a search that was interrupted anywhere goes on the same way.
 */
@FunctionalInterface
public interface SearchStrategy {
    /** What to do next; nothing when the search is over. */
    List<SearchStep> next(SearchState known);

    static SearchStrategy of(Strategy strategy) {
        return switch (strategy) {
            case PROGRESSIVE -> new ProgressiveSearch();
            case EXHAUSTIVE -> new ExhaustiveSearch();
            case RANDOM -> new RandomSearch();
            case TPE -> new ParzenSearch();
        };
    }
}
