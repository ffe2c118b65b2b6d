package dev.edgeai.runtime.engine;

import java.util.List;
import java.util.Map;

/** A model ready to infer. Safe for use by several threads at once. */
public interface LoadedModel extends AutoCloseable {
    List<TensorInfo> inputs();

    List<TensorInfo> outputs();

    /**
     * One inference.
     *
     * @param inputs one tensor for each of {@link #inputs()}, by name
     * @return one tensor for each of {@link #outputs()}, by name; owned by the caller
     * @throws InvalidInputException an input is missing, unknown, or of the wrong type or shape
     * @throws EngineException the engine failed
     */
    Map<String, Tensor> infer(Map<String, Tensor> inputs);

    @Override
    void close();
}
