package dev.edgeai.api.trial;

import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.source.Task;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/**
 * What one trial pod has to do; JSON in the environment variable {@value #ENVIRONMENT_VARIABLE} of each of its
 * containers, and in {@code spec.json} in the work folder for the optimizer.
 *
 * @param run name of the OptimizationRun
 * @param trial name within the run; {@code baseline} for the one that all are compared with, {@code source} for the source
 *     as what is to serve: its variant is the baseline, unchanged
 * @param task the model's task
 * @param framework absent for the baseline and the source, but for a checkpoint that has to be converted
 * @param technique for example {@code int8-ptq}; absent for the baseline
 * @param parameters settings of the technique
 * @param source the original model, pinned by digest except in the baseline
 * @param evaluation the dataset, pinned by digest except in the baseline
 * @param accelerator name of the accelerator profile
 * @param threads threads per inference
 * @param seed seed of everything that draws
 * @param repository where the variant is pushed, {@code registry/repository} without tag
 * @param plainHttp registries ({@code host:port}) that are spoken to without TLS
 * @param maxSourceBytes largest source or dataset that is fetched
 * @param depth how much is measured
 * @param variantDigest a variant of this repository that is measured instead of one made by an optimizer; else absent
 * @param engineOptions with {@code variantDigest}: options put over those of its descriptor, which makes a new variant
 */
@RecordBuilder
public record TrialSpec(
        String run,
        String trial,
        Task task,
        @Nullable Framework framework,
        @Nullable String technique,
        Map<String, String> parameters,
        ModelSource source,
        Evaluation evaluation,
        String accelerator,
        int threads,
        int seed,
        String repository,
        List<String> plainHttp,
        long maxSourceBytes,
        Depth depth,
        @Nullable String variantDigest,
        Map<String, String> engineOptions) {
    public static final String ENVIRONMENT_VARIABLE = "EDGEAI_TRIAL_SPEC";

    /** Name of the trial that measures the source itself. */
    public static final String BASELINE = "baseline";

    @SuppressWarnings({"NullAway", "ConstantValue"})
    public TrialSpec {
        parameters = parameters == null ? Map.of() : Map.copyOf(parameters);
        plainHttp = plainHttp == null ? List.of() : List.copyOf(plainHttp);
        depth = depth == null ? Depth.FULL : depth;
        engineOptions = engineOptions == null ? Map.of() : Map.copyOf(engineOptions);
    }

    /** Whether the variant is the source itself. */
    public boolean ofSource() {
        return TrialStatus.SOURCE.equals(trial);
    }

    /** Whether its {@code optimize} container makes the baseline of the source, beside whatever else it is for. */
    public boolean convertsBaseline() {
        return BASELINE.equals(technique);
    }
}
