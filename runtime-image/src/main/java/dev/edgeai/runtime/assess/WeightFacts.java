package dev.edgeai.runtime.assess;

import dev.edgeai.api.v1alpha1.source.Architecture;
import dev.edgeai.api.v1alpha1.source.ModelFormat;
import org.jspecify.annotations.Nullable;

import java.util.Map;

/**
 * What the header of a file of weights says; there is no graph.
 *
 * @param format {@code GGUF} or {@code Safetensors}
 * @param architecture {@code Transformer}, {@code Recurrent}, {@code Convolutional} or {@code Other}
 * @param name of the network, for example {@code llama}
 * @param weights element type of weights to their number
 * @param quantization how they are quantized, for example {@code Q4_K}; absent when they are not
 * @param experts whether only some of the weights answer each input
 * @param multimodal whether it takes images or sound besides text
 */
record WeightFacts(
        ModelFormat format,
        Architecture architecture,
        String name,
        Map<String, Long> weights,
        @Nullable String quantization,
        boolean experts,
        boolean multimodal) {
    WeightFacts {
        weights = Map.copyOf(weights);
    }
}
