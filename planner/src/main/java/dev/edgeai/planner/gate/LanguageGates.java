package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.gate.Gate;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.Verdict;

import java.math.BigDecimal;
import java.util.List;

/** What a language model may lose in how it predicts text (docs/decisions/gates-of-language-models.md). */
final class LanguageGates {
    /** Blocks of text below which a divergence says nothing: the tokens of one block depend on each other. */
    static final int MIN_BLOCKS = 10;

    static List<GateResult> evaluate(Gates gates, Comparison.Language language, boolean heldOut) {
        EvidenceUnit blocks = heldOut ? EvidenceUnit.HELD_OUT_BLOCKS : EvidenceUnit.BLOCKS;
        return List.of(
                new IntervalGate(Gate.MAX_KL_DIVERGENCE, gates.maxKlDivergence(), GateUnit.NATS, blocks)
                        .atMost(language.klDivergence()),
                new IntervalGate(Gate.MAX_PERPLEXITY_INCREASE, gates.maxPerplexityIncrease(), GateUnit.PERCENT, blocks)
                        .atMost(increase(language.perplexityRatio())));
    }

    /** A gate in whose stead these decide. */
    static GateResult others(Gate gate, Decimal threshold, String why) {
        return new GateResult(
                gate,
                null,
                threshold.toString(),
                Verdict.NOT_MEASURED,
                "%s: not measured, %s; maxKlDivergence and maxPerplexityIncrease decide".formatted(gate, why));
    }

    private static Estimate increase(Estimate ratio) {
        return new Estimate(less(ratio.value()), less(ratio.lower()), less(ratio.upper()), ratio.samples());
    }

    private static Decimal less(Decimal ratio) {
        return new Decimal(ratio.value().subtract(BigDecimal.ONE));
    }

    private LanguageGates() {}
}
