package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How far a target is with another runtime image for the artifact it serves. */
public enum UpgradeState {
    /** Others come first, or its next try has not begun. */
    @JsonProperty("Waiting")
    WAITING,

    /** Its rollout goes on. */
    @JsonProperty("Rolling")
    ROLLING,

    /** It was taken back for its own fault; the targets that wait do not begin. */
    @JsonProperty("Failed")
    FAILED
}
