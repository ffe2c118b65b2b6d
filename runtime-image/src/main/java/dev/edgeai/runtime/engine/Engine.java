package dev.edgeai.runtime.engine;

import dev.edgeai.api.trial.VariantDescriptor;

/** An inference engine within this process. What it loads differs by its kind. */
public sealed interface Engine permits TensorEngine, LanguageEngine {
    /** As in {@link VariantDescriptor#engine()}: {@code OpenVINO}, {@code OnnxRuntime}, {@code LlamaCpp}. */
    String name();

    /** Version of the native library that answers. */
    String version();
}
