package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whose fault it was that a version was taken back. Only the model's own rejects it. */
public enum Blame {
    /** Its answers, its errors, its crash, its certificate, or a comparison with its like at the same time. */
    @JsonProperty("Model")
    MODEL,

    /** A node, a quota, a registry, a busy machine, something changed by hand. */
    @JsonProperty("Environment")
    ENVIRONMENT,

    /** No evidence for either. */
    @JsonProperty("Unknown")
    UNKNOWN,

    /** Nobody's: a person asked for it. */
    @JsonProperty("Person")
    PERSON
}
