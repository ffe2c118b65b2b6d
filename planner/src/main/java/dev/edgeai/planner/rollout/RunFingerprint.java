package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.planner.Fingerprints;

import java.util.List;
import java.util.Optional;

/** Names an OptimizationRun by its inputs, so that the same inputs never run twice. */
public final class RunFingerprint {
    /**
     * Ten hexadecimal digits for the end of the run's name.
     *
     * @param spec the whole search; equal specs give equal names
     * @param retry value of the annotation {@code edgeai.dev/retry}: a new one is a new attempt. Give it only when
     *     the run without it has failed, so that a retry after a rollback does not search again
     */
    public static String of(OptimizationRunSpec spec, Optional<String> retry) {
        return Fingerprints.hex(10, Fingerprints.canonicalJson(List.of(spec, retry.orElse(""))));
    }

    private RunFingerprint() {}
}
