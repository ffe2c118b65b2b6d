package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** What was measured of one model (the baseline or a variant) on one node. */
public record Measurement(
        @JsonPropertyDescription("Engine and version that ran it, for example 'OpenVINO 2026.4.1'")
        String engine,

        @JsonPropertyDescription("Threads per inference") Integer threads,
        @JsonPropertyDescription("Task metric") @Nullable Estimate quality,

        @JsonPropertyDescription("Median latency of one inference, microseconds")
        Long latencyP50Micros,

        @JsonPropertyDescription("95th percentile of latency, microseconds")
        Long latencyP95Micros,

        @JsonPropertyDescription("99th percentile of latency, microseconds")
        Long latencyP99Micros,

        @JsonPropertyDescription("Spread of latency over its median (see docs/measurement.md)")
        Decimal latencyVariation,

        @JsonPropertyDescription("Timed inferences") Integer latencySamples,

        @JsonPropertyDescription("Inferences per second, one at a time")
        Decimal throughput,

        @JsonPropertyDescription("Peak resident memory of the process with the model, bytes")
        Long peakMemoryBytes,

        @JsonPropertyDescription("Peak resident memory of the same process and engine with no model, bytes")
        Long engineMemoryBytes,

        @JsonPropertyDescription("Size of the model's files, bytes")
        Long sizeBytes,

        @JsonPropertyDescription("CPU time over wall time while inferring") @Nullable
        Decimal cpuUtilization,

        @JsonPropertyDescription("Energy of one inference, joules") @Nullable
        Decimal joulesPerInference,

        @JsonPropertyDescription("How the energy was found") @Nullable
        EnergyMethod energyMethod) {

    /** Peak memory that the model adds to its engine, bytes. */
    public long footprintBytes() {
        return Math.max(0, peakMemoryBytes - engineMemoryBytes);
    }

    /** How an energy figure was found; figures of different methods are never compared. */
    public enum EnergyMethod {
        @JsonProperty("Measured")
        MEASURED,

        @JsonProperty("Estimated")
        ESTIMATED
    }
}
