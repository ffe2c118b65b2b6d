package dev.edgeai.planner.technique;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus.FrameworkPlan;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.Metric;
import dev.edgeai.api.v1alpha1.source.Task;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
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

    /** A framework that reads the model and has no technique for it is not planned, and says why. */
    public static FrameworkPlan judge(FrameworkPlan plan, TechniqueContext situation) {
        if (!plan.planned() || techniques(plan.framework(), situation).findAny().isPresent()) {
            return plan;
        }
        String why = situation.model().alreadyQuantized()
                ? "the source is quantized already (%s) and is not quantized again; give the original"
                        .formatted(situation.model().precision())
                : "has no technique for a model of this kind";
        return new FrameworkPlan(plan.framework(), false, FrameworkNames.of(plan.framework()) + ": " + why);
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
