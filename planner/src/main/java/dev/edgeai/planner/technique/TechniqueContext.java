package dev.edgeai.planner.technique;

import dev.edgeai.api.v1alpha1.source.Architecture;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.Metric;
import dev.edgeai.api.v1alpha1.source.Task;

import java.util.Optional;
import java.util.Set;

/**
 * What decides which techniques are worth trying.
 *
 * @param model as assessed
 * @param task of the model
 * @param evaluation says how many calibration samples there are and whether there are labels
 * @param cpuFeatures features every matching node has, lower case; absent when unknown
 * @param threads per inference, of the accelerator's profile
 */
public record TechniqueContext(
        Assessment model, Task task, Evaluation evaluation, Optional<Set<String>> cpuFeatures, int threads) {
    /** CPU features with which bfloat16 is faster than float32. */
    private static final Set<String> BF16 = Set.of("avx512_bf16", "amx_bf16", "amx-bf16", "avx512bf16", "amxbf16");

    boolean labels() {
        return Candidates.metric(task, evaluation) != Metric.FIDELITY;
    }

    boolean bf16() {
        return cpuFeatures.filter(f -> f.stream().anyMatch(BF16::contains)).isPresent();
    }

    boolean convolutional() {
        return model.architecture() == Architecture.CONVOLUTIONAL;
    }

    boolean transformer() {
        return model.architecture() == Architecture.TRANSFORMER;
    }

    /** Whether its weights are float32 as they were trained. */
    boolean float32() {
        return model.precision().equals("float32") && !model.alreadyQuantized();
    }

    int calibrationSamples() {
        return evaluation.calibrationSamples();
    }
}
