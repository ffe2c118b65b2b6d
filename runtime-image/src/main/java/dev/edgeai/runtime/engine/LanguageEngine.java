package dev.edgeai.runtime.engine;

import dev.edgeai.api.trial.VariantDescriptor;

import java.nio.file.Path;

/** An engine whose models go on from text, token by token. */
public non-sealed interface LanguageEngine extends Engine {
    /**
     * Loads a language model.
     *
     * @param folder the variant's folder
     * @param descriptor how to run it
     * @param threads threads of one session's step
     * @throws EngineException the file is no model this engine can run; the message says why
     */
    LanguageModel load(Path folder, VariantDescriptor descriptor, int threads);
}
