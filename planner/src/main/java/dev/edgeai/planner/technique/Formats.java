package dev.edgeai.planner.technique;

import dev.edgeai.api.v1alpha1.search.Framework;

/** Words of {@code status.assessment.format}, and frameworks as people and manifests write them. */
final class Formats {
    static final String ONNX = "ONNX";
    static final String OPENVINO_IR = "OpenVINO-IR";
    static final String SAFETENSORS = "Safetensors";
    static final String GGUF = "GGUF";

    static String name(Framework framework) {
        return switch (framework) {
            case OPENVINO -> "OpenVINO";
            case ONNX_RUNTIME -> "OnnxRuntime";
            case OLIVE -> "Olive";
            case LLAMA_CPP -> "LlamaCpp";
            case MLX -> "MLX";
        };
    }

    private Formats() {}
}
