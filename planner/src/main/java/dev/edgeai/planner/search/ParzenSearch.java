package dev.edgeai.planner.search;

import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.planner.front.ParetoFront;
import dev.edgeai.planner.front.ParetoFront.Point;
import dev.edgeai.planner.search.SearchStep.Try;
import dev.edgeai.planner.technique.Candidate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Tree-structured Parzen estimator over choices (Bergstra et al. 2011), for several objectives at once by the rank of
 * domination (Ozaki et al. 2020). After a third of the budget drawn at random, each next trial is the untried combination
 * whose choices are the most frequent among the better quarter of the trials and the least among the rest.
 */
final class ParzenSearch implements SearchStrategy {
    private static final int LEAST_DRAWN = 3;
    private static final int DRAWN_SHARE = 3;
    private static final int BETTER_SHARE = 4;

    @Override
    public List<SearchStep> next(SearchState known) {
        if (known.trials().isEmpty()) {
            return RandomSearch.draw(
                    known, Math.min(known.left(), Math.max(LEAST_DRAWN, known.maxTrials() / DRAWN_SHARE)));
        }
        List<TrialStatus> ranked = ranked(known);
        int better = Math.max(1, (ranked.size() + BETTER_SHARE - 1) / BETTER_SHARE);
        List<Map<String, String>> good = choices(ranked.subList(0, Math.min(better, ranked.size())));
        List<Map<String, String>> rest = choices(ranked.subList(Math.min(better, ranked.size()), ranked.size()));
        return known.untried().stream()
                .max(Comparator.comparingDouble((Candidate c) -> score(choices(c), good, rest))
                        .thenComparing(Comparator.comparing(Candidate::name).reversed()))
                .filter(_ -> known.left() > 0)
                .<List<SearchStep>>map(c -> List.of(new Try(c, Depth.FULL)))
                .orElse(List.of());
    }

    /** The undominated first, then what only they dominate, and so on; what could not be measured comes last. */
    private static List<TrialStatus> ranked(SearchState known) {
        List<TrialStatus> ranked = new ArrayList<>();
        Set<String> left = new HashSet<>();
        known.measured().forEach(t -> left.add(t.name()));
        while (!left.isEmpty()) {
            List<Point> front = ParetoFront.of(known.measured().stream()
                    .filter(t -> left.contains(t.name()))
                    .map(Point::of)
                    .toList());
            for (Point member : front) {
                left.remove(member.trial());
                known.trials().stream()
                        .filter(t -> t.name().equals(member.trial()))
                        .forEach(ranked::add);
            }
        }
        known.trials().stream().filter(t -> t.measurement() == null).forEach(ranked::add);
        return ranked;
    }

    private static List<Map<String, String>> choices(List<TrialStatus> trials) {
        return trials.stream().map(t -> choices(Candidate.of(t))).toList();
    }

    private static Map<String, String> choices(Candidate c) {
        Map<String, String> choices = new TreeMap<>(c.parameters());
        choices.put("technique", c.technique());
        choices.put("framework", c.framework().slug());
        return choices;
    }

    /** Logarithm of the ratio of densities; one imagined observation of each keeps them above 0. */
    private static double score(
            Map<String, String> choices, List<Map<String, String>> good, List<Map<String, String>> rest) {
        return choices.entrySet().stream()
                .mapToDouble(choice -> Math.log(density(choice, good)) - Math.log(density(choice, rest)))
                .sum();
    }

    private static double density(Map.Entry<String, String> choice, List<Map<String, String>> among) {
        long same = among.stream()
                .filter(other -> choice.getValue().equals(other.get(choice.getKey())))
                .count();
        return (same + 1.0) / (among.size() + 2.0);
    }
}
