package dev.edgeai.api.v1alpha1.measurement;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/** What was measured of one model (the baseline or a variant) on one node. */
@RecordBuilder
public record Measurement(
        @JsonPropertyDescription("Engine and version that ran it, for example 'OpenVINO 2026.4.1'")
        String engine,

        @JsonPropertyDescription("Threads per inference") Integer threads,

        @JsonPropertyDescription(
                "Inferences at once, of a language model generations with a session each, while its memory was "
                        + "measured: as many as a server with the same processors and threads runs")
        @Nullable
        Integer concurrency,

        @JsonPropertyDescription("Task metric") @Nullable Estimate quality,

        @JsonPropertyDescription(
                "Median latency of one inference, of a language model of one request; microseconds. This and the next "
                        + "ones are absent where the target's hardware is not at hand (MLX)")
        @Nullable
        Long latencyP50Micros,

        @JsonPropertyDescription("95th percentile of latency, microseconds") @Nullable
        Long latencyP95Micros,

        @JsonPropertyDescription(
                "latencyP95Micros with its 95 % interval, microseconds; samples are inferences. Absent in what was measured "
                        + "before there was one")
        @Nullable
        Estimate latencyP95Interval,

        @JsonPropertyDescription("99th percentile of latency, microseconds") @Nullable
        Long latencyP99Micros,

        @JsonPropertyDescription("Spread of latency over its median (see docs/measurement.md)") @Nullable
        Decimal latencyVariation,

        @JsonPropertyDescription(
                "latencyVariation with its 95 % interval; samples are loads of the model. Absent in what was measured "
                        + "before there was one")
        @Nullable
        Estimate latencyVariationInterval,

        @JsonPropertyDescription("Timed inferences") @Nullable
        Integer latencySamples,

        @JsonPropertyDescription("Inferences per second, one at a time") @Nullable
        Decimal throughput,

        @JsonPropertyDescription("Peak resident memory of the process with the model, bytes") @Nullable
        Long peakMemoryBytes,

        @JsonPropertyDescription("Peak resident memory of the same process and engine with no model, bytes") @Nullable
        Long engineMemoryBytes,

        @JsonPropertyDescription("Size of the model's files, bytes")
        Long sizeBytes,

        @JsonPropertyDescription("CPU time over wall time while inferring") @Nullable
        Decimal cpuUtilization,

        @JsonPropertyDescription("Energy of one inference, joules") @Nullable
        Decimal joulesPerInference,

        @JsonPropertyDescription("How the energy was found") @Nullable
        EnergyMethod energyMethod,

        @JsonPropertyDescription(
                "How long it waited for a core while it was timed; absent where the kernel does not tell")
        @Nullable
        CpuWait cpuWait,

        @JsonPropertyDescription("Of a language model") @Nullable
        Generation generation,

        @JsonPropertyDescription(
                "What a reader should know of it: classes without a sample, values that ruin a range, a source no "
                        + "better than chance")
        @Nullable
        List<String> remarks) {

    /** Whether it was timed, and so has latencies and memory. */
    public boolean timed() {
        return latencyP50Micros != null;
    }

    /** Peak memory that the model adds to its engine, bytes; absent when no memory was measured. */
    public OptionalLong footprintBytes() {
        return peakMemoryBytes == null || engineMemoryBytes == null
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, peakMemoryBytes - engineMemoryBytes));
    }

    /**
     * Share of another's footprint that is saved, negative when it grew; absent when one of them was not measured, or with
     * another number of inferences at once.
     */
    public @Nullable Decimal memorySavedFrom(Measurement other) {
        OptionalLong before = other.footprintBytes();
        OptionalLong after = footprintBytes();
        if (before.isEmpty() || after.isEmpty() || !Objects.equals(concurrency, other.concurrency)) {
            return null;
        }
        return Decimal.of(before.getAsLong() == 0 ? 0 : 1 - (double) after.getAsLong() / before.getAsLong());
    }

    /** How long the measuring process waited for a core while it timed. */
    public record CpuWait(
            @JsonPropertyDescription("Share of the CPU time it wanted that it waited for, 0 to 1")
            Decimal share,

            @JsonPropertyDescription("Share above which the node counts as busy, from spec.evaluation.maxCpuWait")
            Decimal limit,

            @JsonPropertyDescription("Rounds of timing that were repeated for it")
            Integer repeatedRounds) {

        /** Whether what was timed tells more of the node than of the model. */
        public boolean busy() {
            return share.compareTo(limit) > 0;
        }
    }

    /** How well a language model predicts text, and how fast it reads and writes. */
    public record Generation(
            @JsonPropertyDescription("exp of the mean negative log-likelihood of a token; samples are blocks of text")
            Estimate perplexity,

            @JsonPropertyDescription("Median time from a request to its first token, microseconds") @Nullable
            Long timeToFirstTokenMicros,

            @JsonPropertyDescription("Median time between two tokens, microseconds") @Nullable
            Long interTokenP50Micros,

            @JsonPropertyDescription("95th percentile of the time between two tokens, microseconds") @Nullable
            Long interTokenP95Micros,

            @JsonPropertyDescription("Prompt tokens read per second") @Nullable
            Decimal prefillTokensPerSecond,

            @JsonPropertyDescription("Tokens written per second") @Nullable
            Decimal decodeTokensPerSecond) {}

    /** How an energy figure was found; figures of different methods are never compared. */
    public enum EnergyMethod {
        @JsonProperty("Measured")
        MEASURED,

        @JsonProperty("Estimated")
        ESTIMATED
    }
}
