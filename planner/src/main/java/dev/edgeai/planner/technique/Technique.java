package dev.edgeai.planner.technique;

import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.search.Stage;
import dev.edgeai.api.v1alpha1.source.ModelFormat;
import dev.edgeai.planner.KubernetesNames;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What one framework can do to a model, as a row of {@link Techniques}.
 *
 * @param framework makes the variant
 * @param name of the technique, as the framework's optimizer knows it
 * @param stage what kind of step it is
 * @param formats of sources it reads
 * @param suits models it is worth trying on
 * @param calibrates whether it takes calibration samples
 * @param choices of its parameters; the first value is the optimizer's own default
 */
record Technique(
        Framework framework,
        String name,
        Stage stage,
        Set<ModelFormat> formats,
        Predicate<TechniqueContext> suits,
        boolean calibrates,
        List<Choice> choices) {

    /** A parameter and the values worth trying. */
    record Choice(String parameter, List<String> values) {}

    boolean fits(TechniqueContext situation) {
        return suits(situation) && Obstacles.of(this, situation).isEmpty();
    }

    /** Whether it would be tried if it could be applied. */
    boolean suits(TechniqueContext situation) {
        return formats.contains(situation.model().format())
                && (stage != Stage.QUANTIZATION || !situation.model().alreadyQuantized())
                && suits.test(situation);
    }

    /** Every combination of its choices, the one of the defaults first, then what differs least from it. */
    List<Candidate> candidates(TechniqueContext situation) {
        List<Map<String, String>> combinations = new ArrayList<>(List.of(Map.of()));
        for (Choice choice : choices) {
            List<Map<String, String>> wider = new ArrayList<>();
            for (String value : choice.values()) {
                for (Map<String, String> before : combinations) {
                    Map<String, String> next = new LinkedHashMap<>(before);
                    if (!value.equals(choice.values().getFirst())) {
                        next.put(choice.parameter(), value);
                    }
                    wider.add(next);
                }
            }
            combinations = wider;
        }
        return combinations.stream()
                .sorted((a, b) -> Integer.compare(a.size(), b.size()))
                .map(changed -> candidate(changed, situation.calibrationSamples()))
                .toList();
    }

    private Candidate candidate(Map<String, String> changed, int calibrationSamples) {
        StringBuilder label = new StringBuilder(framework.slug() + "-" + name);
        changed.forEach((parameter, value) -> label.append('-').append(word(parameter, value)));
        Map<String, String> parameters = new LinkedHashMap<>(changed);
        if (calibrates) {
            parameters.put("calibrationSamples", String.valueOf(calibrationSamples));
        }
        return new Candidate(
                KubernetesNames.bounded(label.toString(), KubernetesNames.TRIAL),
                framework,
                name,
                parameters,
                stage,
                null);
    }

    /** Words speak for themselves; a number or a truth value needs its parameter's name. */
    private static String word(String parameter, String value) {
        String text = Optional.of(value)
                .filter(v -> v.matches("[a-z][a-z0-9]*") && !v.equals("true") && !v.equals("false"))
                .orElse(parameter + "-" + value);
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    }
}
