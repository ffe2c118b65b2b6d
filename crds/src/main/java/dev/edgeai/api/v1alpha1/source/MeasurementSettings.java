package dev.edgeai.api.v1alpha1.source;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.ValidationRule;
import io.soabase.recordbuilder.core.RecordBuilder;

/** How much of a variant is measured in full; a screening takes less. More of it narrows what a gate goes by. */
@RecordBuilder
public record MeasurementSettings(
        @Default("1000")
        @Min(200)
        @Max(100_000)
        @JsonPropertyDescription("Timed inferences of the variant and of the baseline, in pairs, at most")
        Integer pairs,

        @Default("20s")
        @Pattern(TimeSpan.PATTERN)
        @ValidationRule(value = TimeSpan.SOME, message = TimeSpan.SOME_MESSAGE)
        @JsonPropertyDescription("Time for timing them; requests of a language model get three times as much")
        TimeSpan timeCap,

        @Default("30") @Min(15) @Max(10_000) @JsonPropertyDescription("Timed requests to a language model")
        Integer requests,

        @Default("4096")
        @Min(512)
        @Max(10_000_000)
        @JsonPropertyDescription("Tokens of text that a language model predicts, in blocks of up to 256")
        Integer tokens,

        @Default("100") @Min(2) @Max(100_000) @JsonPropertyDescription("Labelled prompts that a language model answers")
        Integer prompts,

        @Default("128") @Min(1) @Max(100_000) @JsonPropertyDescription("Tokens at which a text model's texts are cut")
        Integer maxTokens,

        @Default("\"0.10\"")
        @Pattern(Decimal.SHARE)
        @JsonPropertyDescription(
                "Share of the CPU time it wants that a timing may wait for; above it the node counts as busy: rounds of "
                        + "timing are repeated, and where that does not help no gate on time is decided")
        Decimal maxCpuWait) {
    @SuppressWarnings({"NullAway", "ConstantValue"}) // defaults for objects that no API server has completed
    public MeasurementSettings {
        pairs = pairs == null ? 1_000 : pairs;
        timeCap = timeCap == null ? new TimeSpan("20s") : timeCap;
        requests = requests == null ? 30 : requests;
        tokens = tokens == null ? 4_096 : tokens;
        prompts = prompts == null ? 100 : prompts;
        maxTokens = maxTokens == null ? 128 : maxTokens;
        maxCpuWait = maxCpuWait == null ? Decimal.of("0.10") : maxCpuWait;
    }

    @SuppressWarnings("NullAway")
    public static MeasurementSettings defaults() {
        return new MeasurementSettings(null, null, null, null, null, null, null);
    }
}
