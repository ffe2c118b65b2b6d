package dev.edgeai.api.v1alpha1.measurement;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How far a trial is. {@code REJECTED} was measured and did not pass all gates; {@code
 * SCREENED} was measured on few samples and left out. */
public enum TrialPhase {
    @JsonProperty("Pending")
    PENDING,

    @JsonProperty("Running")
    RUNNING,

    @JsonProperty("Accepted")
    ACCEPTED,

    @JsonProperty("Rejected")
    REJECTED,

    @JsonProperty("Screened")
    SCREENED,

    @JsonProperty("Failed")
    FAILED
}
