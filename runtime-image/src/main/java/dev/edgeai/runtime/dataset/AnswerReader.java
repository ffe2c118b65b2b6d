package dev.edgeai.runtime.dataset;

import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;

import java.util.List;
import java.util.Map;

/**
 * How a model's outputs become an answer. One output is read: the only one, else the first of floats (a classifier of
 * scikit-learn gives labels first and probabilities second).
 */
public final class AnswerReader {
    /** The answer of a classifier whose scores are not finite: equal to no label. */
    public static final int NO_CLASS = -1;

    /** Class numbers end before this; real tasks are far below. */
    static final int MAX_CLASSES = 1_000_000;

    private final String output;
    private final boolean classifier;

    private AnswerReader(String output, boolean classifier) {
        this.output = output;
        this.classifier = classifier;
    }

    public static AnswerReader of(Task task, List<TensorInfo> outputs) {
        TensorInfo read = outputs.stream()
                .filter(output -> output.type().isFloat())
                .findFirst()
                .orElse(outputs.getFirst());
        boolean number =
                read.type().isFloat() && !read.shape().isEmpty() && read.shape().getLast() == 1;
        return new AnswerReader(read.name(), isClassification(task) && !(task == Task.TABULAR && number));
    }

    /** Whether the task's answer is one class; tabular models may also give a number. */
    public static boolean isClassification(Task task) {
        return switch (task) {
            case IMAGE_CLASSIFICATION, TEXT_CLASSIFICATION, AUDIO_CLASSIFICATION, TABULAR -> true;
            case TEXT_EMBEDDING, TEXT_GENERATION, GENERIC -> false;
        };
    }

    /** Whether answers are classes; else they are vectors. */
    public boolean classifier() {
        return classifier;
    }

    /** All values of the output that is read. */
    public float[] vector(Map<String, Tensor> outputs) {
        Tensor tensor = outputs.get(output);
        if (tensor == null) {
            throw new IllegalArgumentException("the model gave no output '" + output + "'");
        }
        float[] values = new float[Math.toIntExact(tensor.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.element(i).floatValue();
        }
        return values;
    }

    /**
     * The class of a batch of one: the highest score, the first of equals. A single float is the probability of class 1,
     * a single integer the class itself.
     */
    public int answer(Map<String, Tensor> outputs) {
        float[] scores = vector(outputs);
        if (scores.length == 1) {
            Tensor tensor = outputs.get(output);
            boolean score = tensor != null && tensor.type().isFloat();
            boolean sound = Float.isFinite(scores[0]) && (score || (scores[0] >= 0 && scores[0] < MAX_CLASSES));
            return !sound ? NO_CLASS : score ? (scores[0] > 0.5f ? 1 : 0) : (int) scores[0];
        }
        int best = NO_CLASS;
        for (int i = 0; i < scores.length; i++) {
            if (!Float.isFinite(scores[i])) {
                return NO_CLASS;
            }
            if (best == NO_CLASS || scores[i] > scores[best]) {
                best = i;
            }
        }
        return best;
    }
}
