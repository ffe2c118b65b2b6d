package dev.edgeai.planner.gate;

/** What a value with an interval rests on, so many independent ones, and the field of the spec that gives more of it. */
enum EvidenceUnit {
    PAIRS("pairs", "evaluation.measurement.pairs or timeCap", TimedGates.MIN_PAIRS),
    REQUEST_PAIRS("pairs of requests", "evaluation.measurement.requests", TimedGates.MIN_REQUEST_PAIRS),
    INFERENCES("inferences", "evaluation.measurement.pairs or timeCap", TimedGates.MIN_LATENCY_SAMPLES),
    REQUESTS("requests", "evaluation.measurement.requests", TimedGates.MIN_REQUESTS_FOR_P95),
    LOADS("loads of the model", "evaluation.measurement.timeCap", TimedGates.MIN_LOADS),
    SAMPLES("samples", "evaluation.samples", GateEvaluation.MIN_QUALITY_SAMPLES),
    HELD_OUT_SAMPLES("held-out samples", "evaluation.samples", GateEvaluation.MIN_QUALITY_SAMPLES),
    BLOCKS("blocks of text", "evaluation.measurement.tokens", LanguageGates.MIN_BLOCKS),
    HELD_OUT_BLOCKS("held-out blocks of text", "evaluation.measurement.tokens", LanguageGates.MIN_BLOCKS);

    private final String noun;
    private final String field;
    private final int minimum;

    EvidenceUnit(String noun, String field, int minimum) {
        this.noun = noun;
        this.field = field;
        this.minimum = minimum;
    }

    /** Plural, as people say it. */
    String noun() {
        return noun;
    }

    /** What to raise in {@code spec} for more of it; where the data has no more, the dataset has to grow too. */
    String field() {
        return field;
    }

    /** With fewer the value says nothing. */
    int minimum() {
        return minimum;
    }
}
