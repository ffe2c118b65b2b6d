package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether the last step of a rollout waits for a person. */
public enum Promotion {
    @JsonProperty("Automatic")
    AUTOMATIC,

    @JsonProperty("Manual")
    MANUAL
}
