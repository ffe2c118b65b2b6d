package dev.edgeai.api.v1alpha1.source;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What the model is for. It fixes the default metric, how outputs become answers, and the measure used without labels. */
public enum Task {
    @JsonProperty("ImageClassification")
    IMAGE_CLASSIFICATION,

    @JsonProperty("TextClassification")
    TEXT_CLASSIFICATION,

    @JsonProperty("TextEmbedding")
    TEXT_EMBEDDING,

    @JsonProperty("TextGeneration")
    TEXT_GENERATION,

    @JsonProperty("AudioClassification")
    AUDIO_CLASSIFICATION,

    @JsonProperty("Tabular")
    TABULAR,

    @JsonProperty("Generic")
    GENERIC
}
