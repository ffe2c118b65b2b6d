package dev.edgeai.planner.technique;

import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.search.Stage;
import dev.edgeai.planner.KubernetesNames;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A variant that exists, with other options of its engine. More streams than one are not among them: a request alone
 * cannot use them.
 */
public final class Accelerations {
    /** Options that are worth trying on variants of a framework. */
    private record Option(Framework framework, String word, Map<String, String> options, Predicate<Candidate> suits) {}

    /** Of trials that are measured and do not run with other options themselves. */
    public static List<Candidate> of(List<TrialStatus> trials, TechniqueContext situation) {
        List<Option> options = options(situation);
        return trials.stream()
                .filter(t -> t.base() == null && t.digest() != null)
                .map(Candidate::of)
                .flatMap(t -> options.stream()
                        .filter(o -> o.framework() == t.framework() && o.suits().test(t))
                        .map(o -> new Candidate(
                                KubernetesNames.bounded(t.name() + "-" + o.word(), KubernetesNames.TRIAL),
                                t.framework(),
                                t.technique(),
                                o.options(),
                                Stage.ACCELERATION,
                                t.name())))
                .toList();
    }

    private static List<Option> options(TechniqueContext situation) {
        Stream<Option> precision = situation.bf16()
                ? Stream.of(new Option(
                        Framework.OPENVINO,
                        "run-bf16",
                        Map.of("INFERENCE_PRECISION_HINT", "bf16"),
                        t -> !t.technique().equals("bf16")))
                : Stream.of();
        Stream<Option> threads = IntStream.rangeClosed(1, situation.threads() - 1)
                .filter(n -> Integer.bitCount(n) == 1)
                .mapToObj(n -> new Option(
                        Framework.OPENVINO,
                        "threads-" + n,
                        Map.of("INFERENCE_NUM_THREADS", Integer.toString(n)),
                        _ -> true));
        return Stream.concat(precision, threads).toList();
    }

    private Accelerations() {}
}
