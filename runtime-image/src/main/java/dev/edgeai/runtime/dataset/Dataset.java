package dev.edgeai.runtime.dataset;

import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The evaluation split of a dataset, as a model takes it. Samples kept for calibration are not in it. */
public interface Dataset {
    /** Fewer tell nothing; the API has the same minimum. */
    int MIN_SAMPLES = 16;

    /**
     * Reads the evaluation split of an {@code .npz} file.
     *
     * @param evaluation how many samples
     * @param inputs what the model takes; each needs an array of its name and type
     * @param maxBytes largest dataset, unpacked
     * @throws InvalidDatasetException the file is malformed or does not fit the model
     */
    static Dataset read(Path file, Evaluation evaluation, List<TensorInfo> inputs, long maxBytes) {
        return ArrayDataset.read(file, evaluation, inputs, maxBytes);
    }

    /**
     * Reads the evaluation split of a file of either kind.
     *
     * @param model folder of the model, with the {@code tokenizer.json} that text needs
     * @throws InvalidDatasetException the file is malformed or does not fit the model
     */
    static Dataset read(
            DatasetFile file,
            Evaluation evaluation,
            List<TensorInfo> inputs,
            long maxBytes,
            Path model,
            int maxTokens) {
        return file.text()
                ? TextDataset.read(file.path(), evaluation, inputs, model, maxTokens)
                : read(file.path(), evaluation, inputs, maxBytes);
    }

    /** Samples of the evaluation split. */
    int size();

    /** One sample as a batch of one, ready to infer. No copy: not to be written to. */
    Map<String, Tensor> sample(int index);

    /** Class of each sample, when the dataset is labelled. */
    Optional<long[]> labels();

    /** The model as it is rated: what it makes of a sample may need a last step that is not part of its graph. */
    default LoadedModel rated(LoadedModel model) {
        return model;
    }

    /** What a reader of the measurement should know of the samples; empty when there is nothing. */
    default Optional<String> note() {
        return Optional.empty();
    }
}
