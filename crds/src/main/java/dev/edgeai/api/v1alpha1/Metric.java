package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the quality of a variant is measured. {@code FIDELITY} compares with the baseline's own answers and needs no labels. */
public enum Metric {
    @JsonProperty("Accuracy")
    ACCURACY,

    @JsonProperty("MacroF1")
    MACRO_F1,

    @JsonProperty("Fidelity")
    FIDELITY
}
