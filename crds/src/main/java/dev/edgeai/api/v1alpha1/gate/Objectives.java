package dev.edgeai.api.v1alpha1.gate;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;

/** Weights by which one variant of the Pareto front is recommended. Only their proportions matter. */
@ValidationRule(
        value = "self.latency + self.accuracy + self.memory + self.energy > 0",
        message = "objectives: at least one of latency, accuracy, memory, energy must be above 0")
public record Objectives(
        @Default("50") @Min(0) @Max(100) @JsonPropertyDescription("Weight of the median latency")
        Integer latency,

        @Default("30") @Min(0) @Max(100) @JsonPropertyDescription("Weight of the task metric")
        Integer accuracy,

        @Default("20") @Min(0) @Max(100) @JsonPropertyDescription("Weight of the memory footprint")
        Integer memory,

        @Default("0") @Min(0) @Max(100) @JsonPropertyDescription("Weight of the energy per inference")
        Integer energy) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public Objectives {
        latency = latency == null ? 50 : latency;
        accuracy = accuracy == null ? 30 : accuracy;
        memory = memory == null ? 20 : memory;
        energy = energy == null ? 0 : energy;
    }

    @SuppressWarnings("NullAway")
    public static Objectives defaults() {
        return new Objectives(null, null, null, null);
    }
}
