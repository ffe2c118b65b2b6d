package dev.edgeai.runtime.engine;

import dev.edgeai.api.trial.VariantDescriptor;

import java.nio.file.Path;

/** An engine whose models take tensors and give tensors. */
public non-sealed interface TensorEngine extends Engine {
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
