package dev.edgeai.api.v1alpha1.source;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.value.Decimal;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What the quality of a variant is measured with. */
public record Evaluation(
        @Required @JsonPropertyDescription("Where the evaluation data lies")
        Dataset dataset,

        @JsonPropertyDescription(
                "Default: Accuracy for ImageClassification, TextClassification and AudioClassification, Fidelity otherwise")
        @Nullable
        Metric metric,

        @Default("1000") @Min(16) @Max(1_000_000) @JsonPropertyDescription("Evaluation samples")
        Integer samples,

        @Default("128")
        @Min(1)
        @Max(100_000)
        @JsonPropertyDescription("Calibration samples; never drawn from the evaluation split")
        Integer calibrationSamples,

        @Pattern(Decimal.SHARE)
        @JsonPropertyDescription(
                "Share of the CPU time it wants that a timing may wait for (default 0.10); above it the node counts as "
                        + "busy: rounds of timing are repeated, and where that does not help no gate on time is decided")
        @Nullable
        Decimal maxCpuWait) {
    private static final Decimal MAX_CPU_WAIT = Decimal.of("0.10");

    @SuppressWarnings({"NullAway", "ConstantValue"}) // defaults for objects that no API server has completed
    public Evaluation {
        samples = samples == null ? 1000 : samples;
        calibrationSamples = calibrationSamples == null ? 128 : calibrationSamples;
    }

    /** With the default wait for a core. */
    public Evaluation(Dataset dataset, @Nullable Metric metric, Integer samples, Integer calibrationSamples) {
        this(dataset, metric, samples, calibrationSamples, null);
    }

    /** The share that holds; absent in the object it is no part of a run's fingerprint. */
    public Decimal cpuWaitLimit() {
        return maxCpuWait == null ? MAX_CPU_WAIT : maxCpuWait;
    }

    /**
     * A dataset file: {@code .npz} with one array per model input, first axis the sample, {@code labels}, and optional
     * {@code calibration/<input>} arrays.
     */
    public record Dataset(
            @Required
            @ValidationRule(
                    value = ModelSource.ADDRESS,
                    message = "evaluation.dataset.uri must be oci://registry/repository:tag or https://host/file; "
                            + "push a local file with 'edgeai push' first")
            @JsonPropertyDescription("oci://registry/repository[:tag|@digest] or https://host/file.npz")
            String uri,

            @Pattern("^sha256:[0-9a-f]{64}$")
            @JsonPropertyDescription("Optional pin; the resolved digest stands in the run")
            @Nullable
            String digest) {}
}
