package dev.edgeai.api.trial;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/**
 * {@code edgeai.json} beside a variant's files: how to run it. Written by the optimizer, part of the artifact, read by
 * measure and serve, so that what is measured is what is served. Holds no time and no host, so the same variant has the
 * same digest.
 *
 * @param engine {@code OpenVINO}, {@code OnnxRuntime}, {@code LlamaCpp}, or {@code MLX}, which only Apple devices run
 * @param model file name of the model within the folder ({@code model.xml}, {@code model.onnx}, {@code model.gguf})
 * @param options engine options, for example {@code INFERENCE_PRECISION_HINT: f32}
 * @param framework slug of the framework that made it, for example {@code openvino}
 * @param technique for example {@code int8-ptq}
 * @param versions tools that made it, name to version
 * @param nondeterministic the step of its making that gives other bytes each time, and why; absent when there is none
 */
public record VariantDescriptor(
        String engine,
        String model,
        Map<String, String> options,
        @Nullable String framework,
        @Nullable String technique,
        Map<String, String> versions,
        @Nullable String nondeterministic) {
    /** File name within the variant's folder. */
    public static final String FILE = "edgeai.json";

    @SuppressWarnings({"NullAway", "ConstantValue"})
    public VariantDescriptor {
        options = options == null ? Map.of() : Map.copyOf(options);
        versions = versions == null ? Map.of() : Map.copyOf(versions);
    }
}
