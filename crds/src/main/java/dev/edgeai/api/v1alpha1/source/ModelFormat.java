package dev.edgeai.api.v1alpha1.source;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a model is written down. */
public enum ModelFormat {
    ONNX("ONNX"),

    @JsonProperty("OpenVINO-IR")
    OPENVINO_IR("OpenVINO-IR"),

    @JsonProperty("Safetensors")
    SAFETENSORS("Safetensors"),

    GGUF("GGUF");

    private final String text;

    ModelFormat(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
