package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.planner.version.RunFingerprint;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which run belongs to the inputs of a target as they are now. The same inputs never run twice, but when a person asks for
 * it: where no variant qualified with a new value of the annotation {@code edgeai.dev/retry}, and for certificates under
 * another key with one of {@code edgeai.dev/recertify}.
 */
public sealed interface RunChoice {
    /** It is there. */
    record Present(OptimizationRun run) implements RunChoice {}

    /**
     * It has to be made.
     *
     * @param fingerprint of the inputs and of what a person asked for; its name is made of it
     * @param annotations of the run: the values that are acted on with it, and how much it inherits
     */
    record Missing(String fingerprint, Map<String, String> annotations) implements RunChoice {}

    /**
     * @param wanted the inputs as they are now
     * @param asked annotations of the EdgeModel
     * @param owned the runs of all targets of the model: one that was renamed, or asks for the same as another, needs no run
     *     of its own
     */
    static RunChoice of(OptimizationRunSpec wanted, Map<String, String> asked, List<OptimizationRun> owned) {
        String inputs = RunFingerprint.of(wanted, Optional.empty());
        List<OptimizationRun> same = owned.stream()
                .filter(run -> run.getMetadata().getDeletionTimestamp() == null)
                .filter(run -> isOf(inputs, compared(run, wanted)) || resolvedTo(wanted, inputs, run))
                .sorted(Comparator.comparing(
                                (OptimizationRun run) -> run.getMetadata().getCreationTimestamp())
                        .thenComparing(run -> run.getMetadata().getName()))
                .toList();
        if (same.isEmpty()) {
            return new Missing(inputs, annotations(asked, Optional.empty()));
        }
        Optional<String> retry = unmet(Labels.RETRY, asked, same);
        if (retry.isPresent() && foundNone(same.getLast())) {
            return new Missing(RunFingerprint.of(wanted, retry), annotations(asked, Optional.of(Labels.NOTHING)));
        }
        Optional<String> recertify = unmet(Labels.RECERTIFY, asked, same).map(value -> Labels.RECERTIFY + "=" + value);
        if (recertify.isPresent() && same.stream().anyMatch(run -> isIn(run, RunPhase.SUCCEEDED))) {
            return new Missing(
                    RunFingerprint.of(wanted, recertify), annotations(asked, Optional.of(Labels.EVERYTHING)));
        }
        return new Present(same.getLast());
    }

    private static boolean isOf(String inputs, OptimizationRunSpec spec) {
        return RunFingerprint.of(spec, Optional.empty()).equals(inputs);
    }

    private static OptimizationRunSpec compared(OptimizationRun run, OptimizationRunSpec wanted) {
        return RunInputs.compared(run.getSpec(), run.getStatus(), wanted);
    }

    /** A run of a tag that had then exactly the content that is wanted now: it is the same search. */
    private static boolean resolvedTo(OptimizationRunSpec wanted, String inputs, OptimizationRun run) {
        String pin = wanted.source().digest();
        String resolved = run.getStatus() == null ? null : run.getStatus().sourceDigest();
        return pin != null && pin.equals(resolved) && isOf(inputs, RunInputs.pinned(compared(run, wanted), pin));
    }

    /** What a person asks for with this annotation and no run of the inputs was made for yet. */
    private static Optional<String> unmet(String name, Map<String, String> asked, List<OptimizationRun> same) {
        return Optional.ofNullable(asked.get(name))
                .filter(value -> same.stream()
                        .map(run -> run.getMetadata().getAnnotations())
                        .noneMatch(annotations -> annotations != null && value.equals(annotations.get(name))));
    }

    /** A value that stands on the model when a run is made is met by that run, whatever it was made for. */
    private static Map<String, String> annotations(Map<String, String> asked, Optional<String> inherits) {
        Map<String, String> annotations = new HashMap<>();
        Stream.of(Labels.RETRY, Labels.RECERTIFY)
                .filter(asked::containsKey)
                .forEach(name -> annotations.put(name, asked.get(name)));
        inherits.ifPresent(extent -> annotations.put(Labels.INHERITS, extent));
        return Map.copyOf(annotations);
    }

    /** Whether it failed, or no variant qualified and its source serves. */
    private static boolean foundNone(OptimizationRun run) {
        return isIn(run, RunPhase.FAILED)
                || (run.getStatus() != null && run.getStatus().choseSource());
    }

    private static boolean isIn(OptimizationRun run, RunPhase phase) {
        return run.getStatus() != null && run.getStatus().phase() == phase;
    }
}
