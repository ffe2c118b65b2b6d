package dev.edgeai.api.v1alpha1.gate;

/** What a variant is held against: the fields of {@link Gates}. */
public enum Gate {
    MIN_ACCURACY_RETENTION("minAccuracyRetention"),
    MIN_SPEEDUP("minSpeedup"),
    MIN_MEMORY_REDUCTION("minMemoryReduction"),
    MAX_LATENCY_VARIATION("maxLatencyVariation"),
    MIN_ACCURACY("minAccuracy"),
    MAX_LATENCY_P95("maxLatencyP95"),
    MAX_PEAK_MEMORY("maxPeakMemory"),
    MAX_SIZE("maxSize"),
    MAX_KL_DIVERGENCE("maxKlDivergence"),
    MAX_PERPLEXITY_INCREASE("maxPerplexityIncrease"),
    MAX_JOULES_PER_INFERENCE("maxJoulesPerInference"),
    MIN_FIDELITY("minFidelity");

    private final String field;

    Gate(String field) {
        this.field = field;
    }

    /** The field of {@code spec.gates}. */
    @Override
    public String toString() {
        return field;
    }
}
