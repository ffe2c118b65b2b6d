package dev.edgeai.planner.search;

import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.planner.search.SearchStep.Try;
import dev.edgeai.planner.technique.Candidate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** As many combinations as the budget allows, drawn by the seed; each measured in full. */
final class RandomSearch implements SearchStrategy {
    @Override
    public List<SearchStep> next(SearchState known) {
        return known.trials().isEmpty() ? draw(known, known.left()) : List.of();
    }

    static List<SearchStep> draw(SearchState known, int number) {
        List<Candidate> shuffled = new ArrayList<>(known.untried());
        Collections.shuffle(shuffled, new Random(known.seed()));
        return shuffled.stream()
                .limit(number)
                .<SearchStep>map(c -> new Try(c, Depth.FULL))
                .toList();
    }
}
