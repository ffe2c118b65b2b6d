package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which variants of a run stay in the registry. */
public enum Retention {
    @JsonProperty("Selected")
    SELECTED,

    @JsonProperty("Pareto")
    PARETO,

    @JsonProperty("All")
    ALL
}
