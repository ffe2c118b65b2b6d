package dev.edgeai.api.v1alpha1.search;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How much of a trial is measured. */
public enum Depth {
    /** Few samples: enough to see what is clearly worse. Never enough to be certified. */
    @JsonProperty("Screening")
    SCREENING,

    @JsonProperty("Full")
    FULL
}
