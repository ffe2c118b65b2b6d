package dev.edgeai.api.v1alpha1.source;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the quality of a variant is measured. {@code FIDELITY} compares with the baseline's own answers and needs no labels. */
public enum Metric {
    @JsonProperty("Accuracy")
    ACCURACY,

    @JsonProperty("MacroF1")
    MACRO_F1,

    /** Area under the ROC curve of a language model's choice between two answers. */
    @JsonProperty("AUC")
    AUC,

    /** Leave-one-out k-nearest-neighbour accuracy of embeddings, k = 10, cosine similarity. */
    @JsonProperty("KnnAccuracy")
    KNN_ACCURACY,

    @JsonProperty("Fidelity")
    FIDELITY
}
