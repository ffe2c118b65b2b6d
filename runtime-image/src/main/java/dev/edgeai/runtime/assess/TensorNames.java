package dev.edgeai.runtime.assess;

import dev.edgeai.api.v1alpha1.source.Architecture;

import java.util.List;
import java.util.Locale;

/** What tensors' names tell of a network, as there is no graph. */
final class TensorNames {
    private static final List<String> ATTENTION = List.of("attn", "attention", ".q_proj", "qkv");
    private static final List<String> RECURRENCE = List.of("lstm", "gru.", "rnn", "ssm_", "mixer.a_log", "time_mix");
    private static final List<String> EXPERTS = List.of("expert", "_exps.", "block_sparse_moe");

    private boolean attention;
    private boolean recurrence;
    private boolean convolution;
    private boolean experts;
    private boolean vision;

    void add(String tensor) {
        String name = tensor.toLowerCase(Locale.ROOT);
        attention |= holdsOne(name, ATTENTION);
        recurrence |= holdsOne(name, RECURRENCE);
        convolution |= name.contains("conv");
        experts |= holdsOne(name, EXPERTS);
        vision |= name.contains("vision_") || name.startsWith("v.") || name.startsWith("mm.");
    }

    boolean experts() {
        return experts;
    }

    boolean vision() {
        return vision;
    }

    Architecture architecture() {
        return attention
                ? Architecture.TRANSFORMER
                : recurrence ? Architecture.RECURRENT : convolution ? Architecture.CONVOLUTIONAL : Architecture.OTHER;
    }

    private static boolean holdsOne(String name, List<String> parts) {
        return parts.stream().anyMatch(name::contains);
    }
}
