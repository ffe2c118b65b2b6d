package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.runtime.dataset.InvalidDatasetException;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.evaluate.IncomparableModelsException;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.io.IOException;
import java.util.Optional;

/**
 * Measures a trial: quality, robustness, latency in pairs, memory; then stores the variant. How depends on what is
 * measured: a model of tensors, a language model, or a model that only other hardware runs.
 */
public final class Measurer {
    private final WorkFolder work;
    private final TrialSpec spec;
    private final MeasureSettings settings;
    private final Outcome outcome;
    private final Progress progress;

    /**
     * Makes one for a trial.
     *
     * @param work where source, dataset and variant lie
     * @param settings how much is measured
     * @param store where the variant goes
     * @param progress told what is done
     */
    public Measurer(WorkFolder work, MeasureSettings settings, VariantStore store, Progress progress) {
        this.work = work;
        this.spec = work.spec();
        this.settings = settings.at(spec.depth());
        this.outcome = new Outcome(spec, work, store, progress);
        this.progress = progress;
    }

    /**
     * Measures.
     *
     * @throws RuntimeFailure with {@code UnsupportedModel}, {@code InvalidDataset}, {@code MeasurementFailed}, or what
     *     the store says
     */
    public TrialResult run() {
        try {
            Optional<Model> variant = work.variantModel(spec);
            if (variant.isPresent() && variant.get().foreign()) {
                return new ForeignMeasurer(work, outcome).run(variant.get());
            }
            Model baseline = work.baselineModel(spec.threads());
            return baseline.language()
                    ? new LanguageMeasurer(work, settings, outcome, progress).run(baseline, variant)
                    : new TensorMeasurer(work, settings, outcome, progress).run(baseline, variant);
        } catch (InvalidDatasetException e) {
            throw new RuntimeFailure(FailureReason.INVALID_DATASET, String.valueOf(e.getMessage()), e);
        } catch (EngineException | IncomparableModelsException e) {
            throw new RuntimeFailure(
                    FailureReason.MEASUREMENT_FAILED, "The measurement failed: " + e.getMessage() + ".", e);
        } catch (IOException e) {
            throw new RuntimeFailure(
                    FailureReason.MEASUREMENT_FAILED, "A file could not be read or written: " + e.getMessage(), e);
        }
    }
}
