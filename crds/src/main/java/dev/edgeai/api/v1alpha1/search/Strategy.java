package dev.edgeai.api.v1alpha1.search;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a search finds its next trial. */
public enum Strategy {
    /** Stage by stage: each takes the survivors of the stage before. Trials are screened on few samples first. */
    @JsonProperty("Progressive")
    PROGRESSIVE,

    /** Every combination, each measured in full. */
    @JsonProperty("Exhaustive")
    EXHAUSTIVE,

    /** Combinations drawn by the seed. */
    @JsonProperty("Random")
    RANDOM,

    /** Tree-structured Parzen estimator: combinations like the good ones so far. */
    @JsonProperty("TPE")
    TPE
}
