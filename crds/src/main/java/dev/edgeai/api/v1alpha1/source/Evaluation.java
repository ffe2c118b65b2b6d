package dev.edgeai.api.v1alpha1.source;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** What the quality of a variant is measured with. */
@RecordBuilder
public record Evaluation(
        @Required @JsonPropertyDescription("Where the evaluation data lies")
        Dataset dataset,

        @JsonPropertyDescription(
                "Default: Accuracy for ImageClassification, TextClassification and AudioClassification, Fidelity otherwise")
        @Nullable
        Metric metric,

        @Default("1000")
        @Min(16)
        @Max(1_000_000)
        @JsonPropertyDescription(
                "Samples that variants are chosen by; as many again are held out, for the gates before a certificate. Of a "
                        + "smaller dataset each gets half")
        Integer samples,

        @Default("128")
        @Min(1)
        @Max(100_000)
        @JsonPropertyDescription("Calibration samples; never of those that are evaluated")
        Integer calibrationSamples,

        @JsonPropertyDescription("How much is measured; more narrows the intervals that gates go by") @Nullable
        MeasurementSettings measurement) {

    @SuppressWarnings({"NullAway", "ConstantValue"}) // defaults for objects that no API server has completed
    public Evaluation {
        samples = samples == null ? 1000 : samples;
        calibrationSamples = calibrationSamples == null ? 128 : calibrationSamples;
    }

    /** What was asked for, or the defaults; absent stays absent, for inputs are compared as they were written. */
    public MeasurementSettings measured() {
        return measurement == null ? MeasurementSettings.defaults() : measurement;
    }

    /** The same with the dataset pinned. */
    public Evaluation pinned(@Nullable String digest) {
        return EvaluationBuilder.builder(this)
                .dataset(new Dataset(dataset.uri(), digest))
                .build();
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
