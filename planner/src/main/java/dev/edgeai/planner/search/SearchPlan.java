package dev.edgeai.planner.search;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.FrameworkPlan;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.planner.technique.Candidate;
import dev.edgeai.planner.technique.Candidates;
import dev.edgeai.planner.technique.FrameworkSelection;
import dev.edgeai.planner.technique.TechniqueContext;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a run may try, known as soon as its model is assessed.
 *
 * @param frameworks each that was considered, and why it is or is not tried
 * @param trials each technique with its default parameters, the most promising first; empty when no framework has a
 *     technique for the model
 * @param variations every other combination of their parameters
 */
public record SearchPlan(List<FrameworkPlan> frameworks, List<Candidate> trials, List<Candidate> variations) {
    public SearchPlan {
        frameworks = List.copyOf(frameworks);
        trials = List.copyOf(trials);
        variations = List.copyOf(variations);
    }

    /**
     * @param profile of the hardware
     * @param available frameworks with an optimizer
     * @param cpuFeatures features every matching node has, lower case; absent when unknown
     */
    public static SearchPlan of(
            OptimizationRunSpec spec,
            AcceleratorProfile profile,
            Assessment model,
            Set<Framework> available,
            Optional<Set<String>> cpuFeatures) {
        TechniqueContext situation =
                new TechniqueContext(model, spec.task(), spec.evaluation(), cpuFeatures, profile.threads());
        List<FrameworkPlan> frameworks =
                FrameworkSelection.select(
                                profile, spec.task(), model, spec.search().frameworks(), available)
                        .stream()
                        .map(plan -> Candidates.judge(plan, situation))
                        .toList();
        return of(frameworks, situation);
    }

    public static SearchPlan of(List<FrameworkPlan> frameworks, TechniqueContext situation) {
        return new SearchPlan(
                frameworks, Candidates.defaults(frameworks, situation), Candidates.variations(frameworks, situation));
    }

    /**
     * The same with what was good in earlier runs first; what was chosen oftener comes before what was only good.
     *
     * @param names of the runs to learn from
     */
    public SearchPlan learned(List<EarlierRun> earlier, List<String> names) {
        Map<String, Integer> marks = new HashMap<>();
        earlier.stream().filter(run -> names.contains(run.name())).forEach(run -> {
            run.best().forEach(trial -> marks.merge(trial, 1, Integer::sum));
            run.best().stream().limit(1).forEach(trial -> marks.merge(trial, 1, Integer::sum));
        });
        return new SearchPlan(frameworks, ranked(trials, marks), ranked(variations, marks));
    }

    private static List<Candidate> ranked(List<Candidate> candidates, Map<String, Integer> marks) {
        return candidates.stream()
                .sorted(Comparator.comparing(c -> -marks.getOrDefault(c.name(), 0)))
                .toList();
    }
}
