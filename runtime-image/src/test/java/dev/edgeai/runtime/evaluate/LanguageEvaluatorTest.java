package dev.edgeai.runtime.evaluate;

import dev.edgeai.runtime.dataset.InvalidDatasetException;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.installed.Engines;
import dev.edgeai.runtime.testing.EngineLibraries;
import dev.edgeai.runtime.testing.GgufModels;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** On small models with random weights in llama.cpp; skipped where its libraries are not installed. */
class LanguageEvaluatorTest {
    @TempDir
    Path folder;

    private final LanguageEvaluator evaluator =
            new LanguageEvaluator(List.of("The first text.", "Another one", "x".repeat(600), "end"), 10_000, 1);

    @BeforeEach
    void requireLlamaCpp() {
        EngineLibraries.llamaCpp();
    }

    @Test
    void aModelDoesNotDivergeFromItself() throws Exception {
        try (LanguageModel one = load("one", 0);
                LanguageModel same = load("same", 0)) {
            LanguageEvaluator.Rating rating = evaluator.compare(one, same);
            assertThat(rating.language().klDivergence().value().asDouble()).isCloseTo(0, within(1e-6));
            assertThat(rating.language().perplexityRatio().value().asDouble()).isCloseTo(1, within(1e-6));
            assertThat(rating.topTokenAgreement().value().asDouble()).isEqualTo(1);
            assertThat(rating.baseline()).isEqualTo(evaluator.perplexity(one));
        }
    }

    @Test
    void moreNoiseInTheWeightsIsMoreDivergence() throws Exception {
        try (LanguageModel one = load("one", 0);
                LanguageModel near = load("near", 0.02);
                LanguageModel far = load("far", 0.5)) {
            LanguageEvaluator.Rating little = evaluator.compare(one, near);
            LanguageEvaluator.Rating much = evaluator.compare(one, far);
            assertThat(little.language().klDivergence().lower().asDouble()).isPositive();
            assertThat(much.language().klDivergence().lower().asDouble())
                    .isGreaterThan(little.language().klDivergence().upper().asDouble());
            assertThat(much.topTokenAgreement().value().asDouble())
                    .isLessThan(little.topTokenAgreement().value().asDouble());
        }
    }

    @Test
    void noMoreTokensThanAskedForAreEvaluatedInAsManyBlocksAsAnIntervalNeeds() throws Exception {
        try (LanguageModel one = load("one", 0)) {
            assertThat(new LanguageEvaluator(List.of("x".repeat(600)), 300, 1)
                            .perplexity(one)
                            .samples())
                    .as("29 of each block's 30 tokens are predicted")
                    .isEqualTo(11);
            assertThatThrownBy(() -> new LanguageEvaluator(List.of(), 300, 1).perplexity(one))
                    .isInstanceOf(InvalidDatasetException.class);
        }
    }

    @Test
    void divergenceAndProbabilitiesAreThoseOfTheTextbook() {
        double[] half = TokenDistribution.logProbabilities(new float[] {1, 1});
        double[] quarter = TokenDistribution.logProbabilities(new float[] {0, (float) Math.log(3)});
        assertThat(Math.exp(quarter[0])).isCloseTo(0.25, within(1e-6));
        assertThat(TokenDistribution.divergence(half, quarter))
                .isCloseTo(0.5 * Math.log(2) + 0.5 * Math.log(2.0 / 3), within(1e-6));
    }

    private LanguageModel load(String name, double noise) throws Exception {
        Path model = folder.resolve(name);
        GgufModels.write(model, GgufModels.llama(1, 2, noise));
        return Engines.loadLanguage(model, Engines.forSource(model), 1);
    }
}
