package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How far an optimization run is. */
public enum RunPhase {
    @JsonProperty("Pending")
    PENDING,

    @JsonProperty("Assessing")
    ASSESSING,

    @JsonProperty("Baseline")
    BASELINE,

    @JsonProperty("Searching")
    SEARCHING,

    @JsonProperty("Certifying")
    CERTIFYING,

    @JsonProperty("Succeeded")
    SUCCEEDED,

    @JsonProperty("Failed")
    FAILED,

    @JsonProperty("Suspended")
    SUSPENDED
}
