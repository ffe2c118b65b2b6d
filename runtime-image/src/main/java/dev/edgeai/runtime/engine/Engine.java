package dev.edgeai.runtime.engine;

import dev.edgeai.api.trial.VariantDescriptor;

import java.nio.file.Path;

/** An inference engine within this process. */
public interface Engine {
    /** As in {@link VariantDescriptor#engine()}: {@code OpenVINO}, {@code OnnxRuntime}. */
    String name();

    /** Version of the native library that answers. */
    String version();

    /**
     * Loads a model.
     *
     * @param folder the variant's folder
     * @param descriptor how to run it
     * @param threads threads per inference
     * @throws EngineException the file is no model this engine can run; the message says why
     */
    LoadedModel load(Path folder, VariantDescriptor descriptor, int threads);
}
