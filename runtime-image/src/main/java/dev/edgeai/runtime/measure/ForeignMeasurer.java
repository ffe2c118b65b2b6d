package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Comparison.HeldOut;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.Measurement.Generation;
import dev.edgeai.api.v1alpha1.measurement.MeasurementBuilder;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.io.IOException;

/**
 * Takes over what a framework for other hardware found out about its own variant: quality and size. This node's speed and
 * memory would say nothing about a device of that kind, so they are not measured.
 */
record ForeignMeasurer(WorkFolder work, Outcome outcome) {

    TrialResult run(Model variant) throws IOException {
        ForeignEvaluation found = work.evaluation()
                .orElseThrow(() -> new RuntimeFailure(
                        FailureReason.MEASUREMENT_FAILED,
                        variant.descriptor().engine()
                                + " left no evaluation.json beside its variant; look at its log."));
        ForeignEvaluation held = found.heldOut();
        long bytes = variant.bytes();
        Measurement before = measurement(variant, found.baselinePerplexity(), found.baselineBytes());
        Measurement after = measurement(variant, found.perplexity(), bytes);
        Comparison comparison = new Comparison(
                null,
                null,
                found.topTokenAgreement(),
                null,
                Outcome.saved(found.baselineBytes(), bytes),
                found.language(),
                held == null ? null : new HeldOut(null, null, held.topTokenAgreement(), held.language()));
        return outcome.ofVariant(variant, before, after, comparison, null);
    }

    private static Measurement measurement(Model variant, Estimate perplexity, long bytes) {
        return MeasurementBuilder.builder()
                .engine(variant.engine())
                .threads(variant.threads())
                .sizeBytes(bytes)
                .generation(new Generation(perplexity, null, null, null, null, null))
                .build();
    }
}
