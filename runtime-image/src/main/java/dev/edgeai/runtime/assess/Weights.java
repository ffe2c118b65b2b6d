package dev.edgeai.runtime.assess;

import java.util.Map;

/** Numbers of weights by element type. */
final class Weights {
    private Weights() {}

    /** The type of most weights, the first by name of equals; {@code none} without any. */
    static String most(Map<String, Long> weights) {
        return weights.entrySet().stream()
                .max(Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElse("none");
    }

    static long sum(Map<String, Long> weights) {
        return weights.values().stream().mapToLong(Long::longValue).sum();
    }
}
