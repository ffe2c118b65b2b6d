package dev.edgeai.runtime.evaluate;

import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.Metric;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.planner.technique.Candidates;
import dev.edgeai.runtime.dataset.AnswerReader;
import dev.edgeai.runtime.dataset.Dataset;
import dev.edgeai.runtime.dataset.InvalidDatasetException;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Runs models over an evaluation split and rates their answers.
 *
 * @param dataset the split
 * @param task how outputs become answers
 * @param metric what rates them; see {@link #metric}
 * @param seed of resampling
 */
public record Evaluator(Dataset dataset, Task task, Metric metric, long seed) {
    /** As many as every dataset has at least. */
    private static final int FIRST_SAMPLES = 16;

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
        if (metric == Metric.AUC) {
            throw new InvalidDatasetException(
                    "The metric AUC rates how a language model chooses between two answers, but the task is %s; use Accuracy, MacroF1 or Fidelity."
                            .formatted(task));
        }
        boolean neighbours = metric == Metric.KNN_ACCURACY;
        if (neighbours ? task != Task.TEXT_EMBEDDING : !AnswerReader.isClassification(task)) {
            throw new InvalidDatasetException(
                    "The metric %s rates %s, but the task is %s; use the metric Fidelity or a %s."
                            .formatted(
                                    metric,
                                    neighbours ? "embeddings" : "classes",
                                    task,
                                    neighbours ? "task TextEmbedding" : "classification task"));
        }
        if (!labelled) {
            throw new InvalidDatasetException(
                    ("The metric %s needs labels in the dataset (an array 'labels', or a 'label'"
                                    + " on each line); add them or use the metric Fidelity.")
                            .formatted(metric));
        }
        return metric;
    }

    /**
     * The quality of one model.
     *
     * @param progress told the number of samples done
     */
    public Rate rate(LoadedModel model, IntConsumer progress) {
        LoadedModel rated = dataset.rated(model);
        Answers answers = new Answers(AnswerReader.of(task, rated.outputs()));
        if (metric == Metric.FIDELITY && !answers.areClasses()) {
            return new Rate(null, List.of());
        }
        for (int i = 0; i < dataset.size(); i++) {
            answers.add(i, rated.infer(dataset.sample(i)));
            progress.accept(i + 1);
        }
        return new Rate(quality(answers.classes()), answers.remarks());
    }

    /**
     * What is found out about a model alone.
     *
     * @param quality its task metric; absent for fidelity, which needs two
     * @param remarks what a reader should know of its answers, a sentence each
     */
    public record Rate(@Nullable Estimate quality, List<String> remarks) {}

    /** Whether any of the first samples gets an answer of finite numbers. A model with damaged weights gives none. */
    public boolean answers(LoadedModel model) {
        LoadedModel rated = dataset.rated(model);
        AnswerReader reader = AnswerReader.of(task, rated.outputs());
        return IntStream.range(0, Math.min(FIRST_SAMPLES, dataset.size()))
                .anyMatch(i -> finite(reader.vector(rated.infer(dataset.sample(i)))));
    }

    private static boolean finite(float[] vector) {
        for (float value : vector) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /** Two models on the same samples. */
    public Rating compare(LoadedModel baseline, LoadedModel variant, IntConsumer progress) {
        LoadedModel first = dataset.rated(baseline);
        LoadedModel second = dataset.rated(variant);
        Answers baselineAnswers = new Answers(AnswerReader.of(task, first.outputs()));
        Answers variantAnswers = new Answers(AnswerReader.of(task, second.outputs()));
        int size = dataset.size();
        double[] likenesses = new double[size];
        boolean classes = baselineAnswers.areClasses();
        double maxError = 0;
        for (int i = 0; i < size; i++) {
            Map<String, Tensor> sample = dataset.sample(i);
            float[] oneVector = baselineAnswers.add(i, first.infer(sample));
            float[] otherVector = variantAnswers.add(i, second.infer(sample));
            if (oneVector.length != otherVector.length) {
                throw new IncomparableModelsException("the baseline answers with " + oneVector.length
                        + " values and the variant with " + otherVector.length);
            }
            maxError = Math.max(maxError, Similarity.maxError(oneVector, otherVector));
            if (!classes) {
                likenesses[i] = Similarity.of(oneVector, otherVector);
            }
            progress.accept(i + 1);
        }
        variantAnswers.refuseConstant();
        Estimate fidelity =
                classes ? Quality.agreement(baselineAnswers.classes(), variantAnswers.classes()) : mean(likenesses);
        if (metric == Metric.FIDELITY) {
            return new Rating(null, null, null, fidelity, maxError);
        }
        int[] before = baselineAnswers.classes();
        int[] after = variantAnswers.classes();
        return new Rating(quality(before), quality(after), retention(before, after), fidelity, maxError);
    }

    /** What one model answers: classes, or vectors that get the classes of their nearest neighbours. */
    private final class Answers {
        private final AnswerReader reader;
        private final int[] classes = new int[dataset.size()];
        private final float[][] vectors = new float[metric == Metric.KNN_ACCURACY ? dataset.size() : 0][];
        private int scores;

        Answers(AnswerReader reader) {
            this.reader = reader;
        }

        /** Whether two models are compared by class; else by their vectors. */
        boolean areClasses() {
            return metric == Metric.ACCURACY || metric == Metric.MACRO_F1 || reader.classifier();
        }

        float[] add(int sample, Map<String, Tensor> outputs) {
            float[] vector = reader.vector(outputs);
            if (areClasses()) {
                scores = vector.length > 1 ? vector.length : 0;
                classes[sample] = reader.answer(outputs);
            } else if (metric == Metric.KNN_ACCURACY) {
                vectors[sample] = vector;
            }
            return vector;
        }

        List<String> remarks() {
            return areClasses() ? AnswerRemarks.of(classes, dataset.labels(), scores) : List.of();
        }

        /** A classifier that has one answer for everything is none, whatever share of its source's answers that is. */
        void refuseConstant() {
            long wanted = dataset.labels().stream()
                    .flatMapToLong(Arrays::stream)
                    .distinct()
                    .count();
            if (areClasses() && wanted > 1 && AnswerRemarks.constant(classes)) {
                throw new IncomparableModelsException(
                        "the variant answers each of %d samples with class %d, while their labels name %d classes"
                                .formatted(classes.length, classes[0], wanted));
            }
        }

        int[] classes() {
            return metric == Metric.KNN_ACCURACY ? NearestNeighbours.answers(vectors, labels()) : classes;
        }
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
            case ACCURACY, KNN_ACCURACY -> Quality.accuracy(answers, labels());
            case MACRO_F1 -> Quality.macroF1(answers, labels(), seed);
            case FIDELITY, AUC -> null;
        };
    }

    private @Nullable Estimate retention(int[] baseline, int[] variant) {
        return switch (metric) {
            case ACCURACY, KNN_ACCURACY -> Quality.accuracyRetention(baseline, variant, labels(), seed);
            case MACRO_F1 -> Quality.macroF1Retention(baseline, variant, labels(), seed);
            case FIDELITY, AUC -> null;
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
