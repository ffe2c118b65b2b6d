package dev.edgeai.runtime.server.tensor;

import dev.edgeai.runtime.dataset.AnswerReader;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;
import dev.edgeai.runtime.server.ServedModel;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoubleConsumer;

/** How sure a classifier is: the probability of the class it answers, for each sample of a batch. */
final class Confidence {
    private static final double SUM_TOLERANCE = 1e-2; // int8 softmax outputs miss 1 by up to this

    private final String output;

    private Confidence(String output) {
        this.output = output;
    }

    /**
     * For classifiers with an FP32 output of shape {@code [samples, classes]}, the first such; nothing for other
     * models, whose outputs are no scores of classes.
     */
    static Optional<Confidence> of(ServedModel served, LoadedModel model) {
        boolean classifier = served.task().map(AnswerReader::isClassification).orElse(false);
        if (!classifier) {
            return Optional.empty();
        }
        return model.outputs().stream()
                .filter(Confidence::scoresClasses)
                .findFirst()
                .map(info -> new Confidence(info.name()));
    }

    private static boolean scoresClasses(TensorInfo info) {
        List<Long> shape = info.shape();
        return info.type() == DataType.FP32 && shape.size() == 2 && shape.get(1) != 1;
    }

    /**
     * Hands over the confidence of each sample. A row of scores in 0..1 that add up to 1 is taken as probabilities,
     * another is put through softmax.
     *
     * @param outputs what the engine answered
     */
    void forEach(Map<String, Tensor> outputs, DoubleConsumer confidence) {
        Tensor scores = Objects.requireNonNull(outputs.get(output));
        FloatBuffer values = scores.data().asFloatBuffer();
        int classes = (int) scores.shape()[1];
        if (classes < 2) {
            return;
        }
        for (int row = 0; row + classes <= values.limit(); row += classes) {
            double value = ofRow(values, row, classes);
            if (Double.isFinite(value)) {
                confidence.accept(value);
            }
        }
    }

    private static double ofRow(FloatBuffer values, int start, int classes) {
        double largest = Double.NEGATIVE_INFINITY;
        double smallest = Double.POSITIVE_INFINITY;
        double sum = 0;
        for (int i = start; i < start + classes; i++) {
            double value = values.get(i);
            largest = Math.max(largest, value);
            smallest = Math.min(smallest, value);
            sum += value;
        }
        if (smallest >= 0 && largest <= 1 && Math.abs(sum - 1) <= SUM_TOLERANCE) {
            return largest;
        }
        double denominator = 0;
        for (int i = start; i < start + classes; i++) {
            denominator += Math.exp(values.get(i) - largest);
        }
        return 1 / denominator;
    }
}
