package dev.edgeai.api.trial;

import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.value.Decimal;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

import java.util.Map;

/**
 * What the {@code measure} container found: its termination message, at most 4,096 bytes of JSON.
 *
 * @param trial name of the trial
 * @param digest digest of the pushed variant ({@code sha256:…}); absent for the baseline
 * @param baseline the source, measured in the same process
 * @param variant the variant; absent for the baseline
 * @param comparison the variant against the baseline; absent for the baseline
 * @param robustness checks with perturbed and malformed inputs; absent for the baseline
 * @param versions the tools that made and measured it, name to version
 * @param joulesSpent energy that making and measuring it took; absent when unknown
 * @param nondeterministic the step of its making that gives other bytes each time, and why; absent when there is none
 */
@RecordBuilder
public record TrialResult(
        String trial,
        @Nullable String digest,
        Measurement baseline,
        @Nullable Measurement variant,
        @Nullable Comparison comparison,
        @Nullable Robustness robustness,
        Map<String, String> versions,
        @Nullable Decimal joulesSpent,
        @Nullable String nondeterministic) {

    /**
     * Robustness of a variant next to its baseline.
     *
     * @param perturbedAgreement share of perturbed samples (noise of 2 % of each input's range) on which the variant
     *     keeps its own clean answer; decimal from 0 to 1
     * @param baselinePerturbedAgreement the same of the baseline
     * @param malformedRefused malformed inputs (wrong shape, type, NaN) that were refused or answered finitely
     * @param malformedTried malformed inputs tried
     */
    public record Robustness(
            double perturbedAgreement, double baselinePerturbedAgreement, int malformedRefused, int malformedTried) {}
}
