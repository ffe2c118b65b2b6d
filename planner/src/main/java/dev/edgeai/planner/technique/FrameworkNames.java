package dev.edgeai.planner.technique;

import dev.edgeai.api.v1alpha1.search.Framework;

/** Frameworks as people and manifests write them. */
final class FrameworkNames {
    static String of(Framework framework) {
        return switch (framework) {
            case OPENVINO -> "OpenVINO";
            case ONNX_RUNTIME -> "OnnxRuntime";
            case OLIVE -> "Olive";
            case LLAMA_CPP -> "LlamaCpp";
            case MLX -> "MLX";
        };
    }

    private FrameworkNames() {}
}
