package dev.edgeai.planner.technique;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus.FrameworkPlan;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.Metric;
import dev.edgeai.api.v1alpha1.source.Task;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which trials a run may make, the most promising first: each technique with its default parameters, then every other
 * combination. Frameworks take turns in the order of the plan, so that a small budget still sees the best technique of
 * each.
 */
public final class Candidates {
    /** Each technique with its default parameters. */
    public static List<Candidate> defaults(List<FrameworkPlan> plan, TechniqueContext situation) {
        return turns(plan, situation, combinations -> combinations.stream().limit(1));
    }

    /** All that is left of the space: every other combination of parameters. */
    public static List<Candidate> variations(List<FrameworkPlan> plan, TechniqueContext situation) {
        return turns(plan, situation, combinations -> combinations.stream().skip(1));
    }

    /** The metric that holds: what is asked for, else the task's. */
    public static Metric metric(Task task, Evaluation evaluation) {
        Metric asked = evaluation.metric();
        if (asked != null) {
            return asked;
        }
        return switch (task) {
            case IMAGE_CLASSIFICATION, TEXT_CLASSIFICATION, AUDIO_CLASSIFICATION -> Metric.ACCURACY;
            case TEXT_EMBEDDING, TEXT_GENERATION, TABULAR, GENERIC -> Metric.FIDELITY;
        };
    }

    /**
     * The plan with the techniques that cannot be applied, and why; a framework that reads the model and has no technique
     * for it is not planned.
     */
    public static FrameworkPlan judge(FrameworkPlan plan, TechniqueContext situation) {
        if (!plan.planned()) {
            return plan;
        }
        Optional<String> obstacles = obstacles(plan.framework(), situation);
        if (techniques(plan.framework(), situation).findAny().isPresent()) {
            return obstacles
                    .map(told -> new FrameworkPlan(plan.framework(), true, plan.reason() + "; " + told))
                    .orElse(plan);
        }
        String why = situation.model().alreadyQuantized()
                ? "the source is quantized already (%s) and is not quantized again; give the original"
                        .formatted(situation.model().precision())
                : obstacles.orElse("has no technique for a model of this kind");
        return new FrameworkPlan(plan.framework(), false, FrameworkNames.of(plan.framework()) + ": " + why);
    }

    /** For example { NotApplicable: int8-dynamic, int8-static (why)}. */
    private static Optional<String> obstacles(Framework framework, TechniqueContext situation) {
        Map<String, Set<String>> byObstacle = new LinkedHashMap<>();
        Techniques.ALL.stream()
                .filter(technique -> technique.framework() == framework && technique.suits(situation))
                .forEach(technique -> Obstacles.of(technique, situation)
                        .ifPresent(why -> byObstacle
                                .computeIfAbsent(why, _ -> new LinkedHashSet<>())
                                .add(technique.name())));
        return byObstacle.isEmpty()
                ? Optional.empty()
                : Optional.of(byObstacle.entrySet().stream()
                        .map(entry -> String.join(", ", entry.getValue()) + " (" + entry.getKey() + ")")
                        .collect(Collectors.joining(", ", "NotApplicable: ", "")));
    }

    private static Stream<Technique> techniques(Framework framework, TechniqueContext situation) {
        return Techniques.ALL.stream().filter(t -> t.framework() == framework && t.fits(situation));
    }

    private static List<Candidate> turns(
            List<FrameworkPlan> plan, TechniqueContext situation, Function<List<Candidate>, Stream<Candidate>> some) {
        List<Iterator<Candidate>> turns = plan.stream()
                .filter(FrameworkPlan::planned)
                .map(framework -> techniques(framework.framework(), situation)
                        .flatMap(technique -> some.apply(technique.candidates(situation)))
                        .iterator())
                .toList();
        List<Candidate> all = new ArrayList<>();
        while (turns.stream().anyMatch(Iterator::hasNext)) {
            turns.stream().filter(Iterator::hasNext).forEach(turn -> all.add(turn.next()));
        }
        return all;
    }

    private Candidates() {}
}
