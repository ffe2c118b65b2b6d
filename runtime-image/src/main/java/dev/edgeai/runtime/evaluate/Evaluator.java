package dev.edgeai.runtime.evaluate;

import dev.edgeai.api.v1alpha1.Estimate;
import dev.edgeai.api.v1alpha1.Evaluation;
import dev.edgeai.api.v1alpha1.Metric;
import dev.edgeai.api.v1alpha1.Task;
import dev.edgeai.planner.optimization.Candidates;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Runs models over an evaluation split and rates their answers.
 *
 * @param dataset the split
 * @param task how outputs become answers
 * @param metric what rates them; see {@link #metric}
 * @param seed of resampling
 */
public record Evaluator(Dataset dataset, Task task, Metric metric, long seed) {

    /**
     * The metric that holds: the planner's, but fidelity where none was asked for and there are no labels.
     *
     * @throws InvalidDatasetException the metric does not suit the task, or needs labels that are not there
     */
    public static Metric metric(Task task, Evaluation evaluation, Dataset dataset) {
        Metric metric = Candidates.metric(task, evaluation);
        boolean labelled = dataset.labels().isPresent();
        if (metric == Metric.FIDELITY || (evaluation.metric() == null && !labelled)) {
            return Metric.FIDELITY;
        }
        if (!AnswerReader.isClassification(task)) {
            throw new InvalidDatasetException("The metric " + metric + " rates classes, but the task is " + task
                    + "; use the metric Fidelity or a classification task.");
        }
        if (!labelled) {
            throw new InvalidDatasetException("The metric " + metric
                    + " needs an array 'labels' in the dataset; add it or use the metric Fidelity.");
        }
        return metric;
    }

    /**
     * The quality of one model.
     *
     * @param progress told the number of samples done
     * @return absent for fidelity, which needs two
     */
    public @Nullable Estimate rate(LoadedModel model, IntConsumer progress) {
        if (metric == Metric.FIDELITY) {
            return null;
        }
        AnswerReader reader = AnswerReader.of(task, model.outputs());
        int[] answers = new int[dataset.size()];
        for (int i = 0; i < answers.length; i++) {
            answers[i] = reader.answer(model.infer(dataset.sample(i)));
            progress.accept(i + 1);
        }
        return quality(answers);
    }

    /** Two models on the same samples. */
    public Rating compare(LoadedModel baseline, LoadedModel variant, IntConsumer progress) {
        AnswerReader baselineReader = AnswerReader.of(task, baseline.outputs());
        AnswerReader variantReader = AnswerReader.of(task, variant.outputs());
        int size = dataset.size();
        int[] baselineAnswers = new int[size];
        int[] variantAnswers = new int[size];
        double[] likenesses = new double[size];
        boolean classes = metric != Metric.FIDELITY || baselineReader.classifier();
        double maxError = 0;
        for (int i = 0; i < size; i++) {
            Map<String, Tensor> sample = dataset.sample(i);
            Map<String, Tensor> one = baseline.infer(sample);
            Map<String, Tensor> other = variant.infer(sample);
            float[] oneVector = baselineReader.vector(one);
            float[] otherVector = variantReader.vector(other);
            if (oneVector.length != otherVector.length) {
                throw new IncomparableModelsException("the baseline answers with " + oneVector.length
                        + " values and the variant with " + otherVector.length);
            }
            maxError = Math.max(maxError, Similarity.maxError(oneVector, otherVector));
            if (classes) {
                baselineAnswers[i] = baselineReader.answer(one);
                variantAnswers[i] = variantReader.answer(other);
            } else {
                likenesses[i] = Similarity.of(oneVector, otherVector);
            }
            progress.accept(i + 1);
        }
        Estimate fidelity = classes ? Quality.agreement(baselineAnswers, variantAnswers) : mean(likenesses);
        return metric == Metric.FIDELITY
                ? new Rating(null, null, null, fidelity, maxError)
                : new Rating(
                        quality(baselineAnswers),
                        quality(variantAnswers),
                        retention(baselineAnswers, variantAnswers),
                        fidelity,
                        maxError);
    }

    private Estimate mean(double[] likenesses) {
        return Intervals.bootstrap(likenesses.length, seed, indices -> {
            double sum = 0;
            for (int i : indices) {
                sum += likenesses[i];
            }
            return Math.max(0, sum / indices.length);
        });
    }

    private @Nullable Estimate quality(int[] answers) {
        return switch (metric) {
            case ACCURACY -> Quality.accuracy(answers, labels());
            case MACRO_F1 -> Quality.macroF1(answers, labels(), seed);
            case FIDELITY, AUC, KNN_ACCURACY -> null;
        };
    }

    private @Nullable Estimate retention(int[] baseline, int[] variant) {
        return switch (metric) {
            case ACCURACY -> Quality.accuracyRetention(baseline, variant, labels(), seed);
            case MACRO_F1 -> Quality.macroF1Retention(baseline, variant, labels(), seed);
            case FIDELITY, AUC, KNN_ACCURACY -> null;
        };
    }

    private long[] labels() {
        return dataset.labels().orElseThrow();
    }

    /**
     * What a comparison found.
     *
     * @param baseline the baseline's task metric; absent for fidelity
     * @param variant the variant's task metric; absent for fidelity
     * @param retention variant over baseline; absent for fidelity
     * @param fidelity share of equal answers of classifiers, else the mean of {@link Similarity#of} (a negative one counts as 0)
     * @param maxError largest difference of two output values
     */
    public record Rating(
            @Nullable Estimate baseline,
            @Nullable Estimate variant,
            @Nullable Estimate retention,
            Estimate fidelity,
            double maxError) {}
}
