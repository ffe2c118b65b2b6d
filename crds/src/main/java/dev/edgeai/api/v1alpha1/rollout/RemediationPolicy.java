package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What the operator may do by itself when a served model degrades. */
public enum RemediationPolicy {
    @JsonProperty("Automatic")
    AUTOMATIC,

    @JsonProperty("Suggest")
    SUGGEST,

    @JsonProperty("None")
    NONE
}
