package dev.edgeai.runtime.dataset;

import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.runtime.engine.TensorInfo;

import java.nio.file.Path;
import java.util.List;

/**
 * What a dataset has to evaluate with, as a model takes it. Samples kept for calibration are in neither part.
 *
 * @param choice variants are chosen by it, and everything is timed with it
 * @param heldOut for the final gate only; smaller than what any quality needs where the dataset is small
 * @param notes what a reader of the measurement should know of the samples, in sentences
 */
public record EvaluationData(Dataset choice, Dataset heldOut, List<String> notes) {
    public EvaluationData {
        notes = List.copyOf(notes);
    }

    /** Both parts, for what neither chooses nor certifies. */
    public Dataset both() {
        return new JoinedDataset(choice, heldOut);
    }

    /**
     * Reads a file of either kind.
     *
     * @param evaluation how many samples
     * @param seed that splits it
     * @param inputs what the model takes; each needs an array of its name and type, or is made of text
     * @param maxBytes largest {@code .npz}, unpacked
     * @param model folder of the model, with the {@code tokenizer.json} that text needs
     * @param maxTokens longer texts are cut
     * @throws InvalidDatasetException the file is malformed or does not fit the model
     */
    public static EvaluationData read(
            DatasetFile file,
            Evaluation evaluation,
            long seed,
            List<TensorInfo> inputs,
            long maxBytes,
            Path model,
            int maxTokens) {
        return file.text()
                ? TextDataset.read(file.path(), evaluation, seed, inputs, model, maxTokens)
                : ArrayDataset.read(file.path(), evaluation, seed, inputs, maxBytes);
    }
}
