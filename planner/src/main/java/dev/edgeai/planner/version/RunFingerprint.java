package dev.edgeai.planner.version;

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
     * @param attempt what a person asked for: the value of the annotation {@code edgeai.dev/retry}, given only when the
     *     run without it has failed, so that a retry after a rollback does not search again; or
     *     {@code edgeai.dev/recertify=} and its value
     */
    public static String of(OptimizationRunSpec spec, Optional<String> attempt) {
        return Fingerprints.hex(10, Fingerprints.canonicalJson(List.of(spec, attempt.orElse(""))));
    }

    private RunFingerprint() {}
}
