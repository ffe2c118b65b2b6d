package dev.edgeai.runtime.evaluate;

import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.runtime.dataset.AnswerReader;
import dev.edgeai.runtime.dataset.Dataset;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** How a variant takes inputs that are slightly or entirely wrong. */
public final class Robustness {
    /** Standard deviation of the noise, as a share of an input's range; for class-like inputs the share replaced. */
    static final double NOISE = 0.02;

    private static final int MAX_SAMPLES = 200;

    private final Dataset dataset;
    private final Evaluator evaluator;

    public Robustness(Evaluator evaluator) {
        this.evaluator = evaluator;
        dataset = evaluator.dataset();
    }

    /** Both models get the same perturbed samples, at most {@value #MAX_SAMPLES}; only the variant gets malformed ones. */
    public TrialResult.Robustness check(LoadedModel baseline, LoadedModel variant) {
        int samples = Math.min(MAX_SAMPLES, dataset.size());
        Map<String, Perturbation> perturbations =
                HashMap.newHashMap(baseline.inputs().size());
        for (TensorInfo input : baseline.inputs()) {
            perturbations.put(input.name(), Perturbation.of(dataset, input, samples));
        }
        double variantAgreement = agreement(dataset.rated(variant), perturbations, samples);
        double baselineAgreement = agreement(dataset.rated(baseline), perturbations, samples);
        List<Map<String, Tensor>> malformed = MalformedInputs.of(dataset.sample(0));
        int refused = (int) malformed.stream()
                .filter(inputs -> refusedOrFinite(variant, inputs))
                .count();
        return new TrialResult.Robustness(variantAgreement, baselineAgreement, refused, malformed.size());
    }

    private double agreement(LoadedModel model, Map<String, Perturbation> perturbations, int samples) {
        AnswerReader reader = AnswerReader.of(evaluator.task(), model.outputs());
        SplittableRandom random = new SplittableRandom(evaluator.seed());
        double sum = 0;
        for (int i = 0; i < samples; i++) {
            Map<String, Tensor> clean = dataset.sample(i);
            Map<String, Tensor> perturbed = HashMap.newHashMap(clean.size());
            int other = random.nextInt(samples);
            for (String name : clean.keySet().stream().sorted().toList()) {
                perturbed.put(name, perturbation(perturbations, name).apply(i, other, random));
            }
            Map<String, Tensor> answer = model.infer(clean);
            Map<String, Tensor> again = model.infer(perturbed);
            sum += reader.classifier()
                    ? (reader.answer(answer) == reader.answer(again) ? 1 : 0)
                    : Math.max(0, Similarity.of(reader.vector(answer), reader.vector(again)));
        }
        return Math.round(sum / samples * 1e6) / 1e6;
    }

    private static Perturbation perturbation(Map<String, Perturbation> perturbations, String name) {
        Perturbation perturbation = perturbations.get(name);
        if (perturbation == null) {
            throw new IllegalArgumentException("no input " + name);
        }
        return perturbation;
    }

    private boolean refusedOrFinite(LoadedModel model, Map<String, Tensor> inputs) {
        try {
            AnswerReader reader = AnswerReader.of(evaluator.task(), model.outputs());
            float[] values = reader.vector(model.infer(inputs));
            for (float value : values) {
                if (!Float.isFinite(value)) {
                    return false;
                }
            }
            return true;
        } catch (EngineException _) {
            return true;
        }
    }

    /** Noise for one input: Gaussian within the input's range for numbers, values of another sample for codes. */
    private record Perturbation(Dataset dataset, String input, double least, double greatest) {
        static Perturbation of(Dataset dataset, TensorInfo info, int samples) {
            String input = info.name();
            double least = Double.POSITIVE_INFINITY;
            double greatest = Double.NEGATIVE_INFINITY;
            if (info.type().isFloat()) {
                for (int i = 0; i < samples; i++) {
                    Tensor tensor = tensor(dataset.sample(i), input);
                    for (int e = 0; e < tensor.elements(); e++) {
                        double value = tensor.element(e).doubleValue();
                        least = Math.min(least, value);
                        greatest = Math.max(greatest, value);
                    }
                }
            }
            return new Perturbation(dataset, input, least, greatest);
        }

        Tensor apply(int index, int other, SplittableRandom random) {
            Tensor clean = tensor(dataset.sample(index), input);
            Tensor copy = Tensor.allocate(clean.type(), clean.shape());
            copy.data().put(0, clean.data(), 0, clean.data().limit());
            if (clean.type().isFloat()) {
                double deviation = NOISE * (greatest - least);
                for (int e = 0; e < copy.elements(); e++) {
                    double noisy = copy.element(e).doubleValue() + deviation * random.nextGaussian();
                    set(copy, e, Math.min(greatest, Math.max(least, noisy)));
                }
            } else {
                Tensor donor = tensor(dataset.sample(other), input);
                int width = clean.type().bytes();
                for (int e = 0; e < Math.min(copy.elements(), donor.elements()); e++) {
                    if (random.nextDouble() < NOISE) {
                        copy.data().put(e * width, donor.data(), e * width, width);
                    }
                }
            }
            return copy;
        }

        private static Tensor tensor(Map<String, Tensor> sample, String input) {
            Tensor tensor = sample.get(input);
            if (tensor == null) {
                throw new IllegalArgumentException("no input " + input);
            }
            return tensor;
        }

        private static void set(Tensor tensor, int e, double value) {
            switch (tensor.type()) {
                case FP16 -> tensor.data().putShort(2 * e, Float.floatToFloat16((float) value));
                case FP64 -> tensor.data().putDouble(8 * e, value);
                default -> tensor.data().putFloat(4 * e, (float) value);
            }
        }
    }
}
