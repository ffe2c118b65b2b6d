package dev.edgeai.runtime.engine.llamacpp;

import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LanguageEngine;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.ModelFiles;
import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

/**
 * Language models in GGUF files, run by llama.cpp on the CPU. The one option of a descriptor is {@value #CONTEXT_LENGTH}.
 */
public final class LlamaCppEngine implements LanguageEngine {
    public static final String NAME = "LlamaCpp";

    /** Option: tokens of a session; default 2,048, never more than the model was trained with. */
    public static final String CONTEXT_LENGTH = "contextLength";

    private static final int DEFAULT_CONTEXT_LENGTH = 2_048;
    private static final int MAX_CONTEXT_LENGTH = 32_768;

    // offsets in llama_model_params
    static final long GPU_LAYERS = 16;
    static final long CHECK_TENSORS = 73;

    private @Nullable LlamaNative llama;

    private synchronized LlamaNative llama() {
        if (llama == null) {
            llama = LlamaNative.load();
        }
        return llama;
    }

    @Override
    public String name() {
        return NAME;
    }

    /** With the CPU variant that was chosen, which decides the speed: {@code 0.5.0-dev (zen4)}. */
    @Override
    public String version() {
        return llama().version() + " (" + llama().cpuVariant() + ")";
    }

    @Override
    public LanguageModel load(Path folder, VariantDescriptor descriptor, int threads) {
        Path file = ModelFiles.resolve(folder, descriptor.model());
        int contextLength = contextLength(descriptor);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = llama().modelDefaults(arena);
            params.set(JAVA_INT, GPU_LAYERS, 0);
            params.set(JAVA_BOOLEAN, CHECK_TENSORS, true);
            return LlamaCppModel.open(llama(), llama().loadModel(file, params), contextLength, threads);
        } catch (EngineException e) {
            throw new EngineException("llama.cpp cannot load " + descriptor.model() + ": " + e.getMessage(), e);
        }
    }

    private static int contextLength(VariantDescriptor descriptor) {
        for (String option : descriptor.options().keySet()) {
            if (!option.equals(CONTEXT_LENGTH)) {
                throw new EngineException(NAME + " has no option '" + option + "'; it has " + CONTEXT_LENGTH);
            }
        }
        @Nullable String length = descriptor.options().get(CONTEXT_LENGTH);
        if (length == null) {
            return DEFAULT_CONTEXT_LENGTH;
        }
        try {
            int tokens = Integer.parseInt(length);
            if (tokens >= 1 && tokens <= MAX_CONTEXT_LENGTH) {
                return tokens;
            }
        } catch (NumberFormatException _) {
            // refused below, like a number out of range
        }
        throw new EngineException(CONTEXT_LENGTH + " must be 1 to " + MAX_CONTEXT_LENGTH + ", not '" + length + "'");
    }
}
