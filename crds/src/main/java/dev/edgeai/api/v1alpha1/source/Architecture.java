package dev.edgeai.api.v1alpha1.source;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a model mostly consists of. */
public enum Architecture {
    @JsonProperty("Convolutional")
    CONVOLUTIONAL("Convolutional"),

    @JsonProperty("Transformer")
    TRANSFORMER("Transformer"),

    /** Matrix products without attention. */
    @JsonProperty("Dense")
    DENSE("Dense"),

    @JsonProperty("Recurrent")
    RECURRENT("Recurrent"),

    @JsonProperty("Other")
    OTHER("Other");

    private final String text;

    Architecture(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
