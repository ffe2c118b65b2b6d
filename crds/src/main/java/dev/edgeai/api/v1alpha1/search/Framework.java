package dev.edgeai.api.v1alpha1.search;

import com.fasterxml.jackson.annotation.JsonProperty;

import java.util.Locale;

/** The tool that makes variants. */
public enum Framework {
    @JsonProperty("OpenVINO")
    OPENVINO,

    @JsonProperty("OnnxRuntime")
    ONNX_RUNTIME,

    @JsonProperty("Olive")
    OLIVE,

    @JsonProperty("LlamaCpp")
    LLAMA_CPP,

    @JsonProperty("MLX")
    MLX;

    /** The name in variants, labels and images: {@code openvino}, {@code onnxruntime}. */
    public String slug() {
        return name().toLowerCase(Locale.ROOT).replace("_", "");
    }
}
