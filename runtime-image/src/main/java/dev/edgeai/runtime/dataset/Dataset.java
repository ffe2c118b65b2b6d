package dev.edgeai.runtime.dataset;

import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Samples, as a model takes them. */
public interface Dataset {
    /** Fewer to evaluate tell nothing; the API has the same minimum. */
    int MIN_SAMPLES = 16;

    /**
     * The first samples of an {@code .npz} file, in its order.
     *
     * @param most how many, or as many as there are
     * @param inputs what the model takes; each needs an array of its name and type
     * @param maxBytes largest dataset, unpacked
     * @throws InvalidDatasetException the file is malformed or does not fit the model
     */
    static Dataset first(Path file, int most, List<TensorInfo> inputs, long maxBytes) {
        return ArrayDataset.first(file, most, inputs, maxBytes);
    }

    /** How many there are. */
    int size();

    /** One sample as the model takes it, a batch of one, ready to infer. No copy: not to be written to. */
    Map<String, Tensor> sample(int index);

    /** Class of each sample, when the dataset is labelled. */
    Optional<long[]> labels();

    /** The model as it is rated: what it makes of a sample may need a last step that is not part of its graph. */
    default LoadedModel rated(LoadedModel model) {
        return model;
    }
}
