package dev.edgeai.runtime.measure;

import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.value.Estimate;
import org.jspecify.annotations.Nullable;

/**
 * {@code evaluation.json}: how a framework that runs on other hardware rated its own variant against the unchanged model, on
 * the evaluation texts. Samples are tokens.
 *
 * @param samples tokens that were predicted
 * @param perplexity of the variant
 * @param baselinePerplexity of the unchanged model
 * @param klDivergence of the variant from the unchanged model, nats a token
 * @param perplexityRatio variant over unchanged model
 * @param topTokenAgreement share of tokens for which both find the same one most likely
 * @param baselineBytes size of the unchanged model
 * @param heldOut the same on the texts that were held out of the choice
 */
record ForeignEvaluation(
        int samples,
        Estimate perplexity,
        Estimate baselinePerplexity,
        Estimate klDivergence,
        Estimate perplexityRatio,
        Estimate topTokenAgreement,
        long baselineBytes,
        @Nullable ForeignEvaluation heldOut) {

    Comparison.Language language() {
        return new Comparison.Language(klDivergence, perplexityRatio, null);
    }
}
