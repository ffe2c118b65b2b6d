package dev.edgeai.api.v1alpha1.search;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What kind of step a trial tries, in the order of the steps. */
public enum Stage {
    /** Another format or engine, the weights as they are. */
    @JsonProperty("Conversion")
    CONVERSION,

    /** Smaller numbers. */
    @JsonProperty("Quantization")
    QUANTIZATION,

    /** A variant of an earlier trial, run with other engine options (threads, streams, precision). */
    @JsonProperty("Acceleration")
    ACCELERATION
}
