package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What serves when no variant passes the gates. */
public enum WhenNoneQualifies {
    /** The source itself, measured, and certified as what it is. */
    @JsonProperty("ServeSource")
    SERVE_SOURCE,

    /** Nothing new: what serves goes on serving. */
    @JsonProperty("Nothing")
    NOTHING
}
