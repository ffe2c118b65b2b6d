package dev.edgeai.api.v1alpha1.value;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** A measured value with its 95 % interval and the number of samples it rests on. */
public record Estimate(
        @JsonPropertyDescription("The measured value") Decimal value,

        @JsonPropertyDescription("Lower end of the 95 % interval")
        Decimal lower,

        @JsonPropertyDescription("Upper end of the 95 % interval")
        Decimal upper,

        @JsonPropertyDescription("Number of samples it rests on")
        Integer samples) {
    public static Estimate of(double value, double lower, double upper, int samples) {
        return new Estimate(Decimal.of(value), Decimal.of(lower), Decimal.of(upper), samples);
    }
}
