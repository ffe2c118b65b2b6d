package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.operator.delivery.Names;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.planner.optimization.RunInputs;
import dev.edgeai.planner.rollout.RunFingerprint;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which run belongs to the inputs of a target as they are now. The same inputs never run twice, except after a failure
 * when a person asks for it with a new value of the annotation {@code edgeai.dev/retry}.
 */
sealed interface RunChoice {
    /** It is there. */
    record Present(OptimizationRun run) implements RunChoice {}

    /** It has to be made, under a name that follows from the inputs. */
    record Missing(String name, Optional<String> retry) implements RunChoice {}

    /**
     * @param wanted the inputs as they are now
     * @param retry value of the annotation on the EdgeModel
     * @param owned the runs of all targets of the model: one that was renamed, or asks for the same as another, needs no run
     *     of its own
     */
    static RunChoice of(
            TargetRef target, OptimizationRunSpec wanted, Optional<String> retry, List<OptimizationRun> owned) {
        String inputs = RunFingerprint.of(wanted, Optional.empty());
        Optional<OptimizationRun> newest = owned.stream()
                .filter(run -> run.getMetadata().getDeletionTimestamp() == null)
                .filter(run -> isOf(inputs, run.getSpec()) || resolvedTo(wanted, inputs, run))
                .max(Comparator.comparing(
                                (OptimizationRun run) -> run.getMetadata().getCreationTimestamp())
                        .thenComparing(run -> run.getMetadata().getName()));
        if (newest.isEmpty()) {
            return new Missing(Names.run(target, inputs), retry);
        }
        boolean asked = retry.isPresent() && !retry.equals(triedWith(newest.get()));
        if (asked && failed(newest.get())) {
            return new Missing(Names.run(target, RunFingerprint.of(wanted, retry)), retry);
        }
        return new Present(newest.get());
    }

    private static boolean isOf(String inputs, OptimizationRunSpec spec) {
        return RunFingerprint.of(spec, Optional.empty()).equals(inputs);
    }

    /** A run of a tag that had then exactly the content that is wanted now: it is the same search. */
    private static boolean resolvedTo(OptimizationRunSpec wanted, String inputs, OptimizationRun run) {
        String pin = wanted.source().digest();
        String resolved = run.getStatus() == null ? null : run.getStatus().sourceDigest();
        return pin != null && pin.equals(resolved) && isOf(inputs, RunInputs.pinned(run.getSpec(), pin));
    }

    private static Optional<String> triedWith(OptimizationRun run) {
        Map<String, String> annotations = run.getMetadata().getAnnotations();
        return Optional.ofNullable(annotations).map(a -> a.get(Labels.RETRY));
    }

    private static boolean failed(OptimizationRun run) {
        return run.getStatus() != null && run.getStatus().phase() == RunPhase.FAILED;
    }
}
