package dev.edgeai.runtime.engine;

import java.util.List;

/**
 * What a model's input or output looks like.
 *
 * @param name as in the model
 * @param type element type
 * @param shape dimensions, outermost first; -1 where the model leaves it open
 */
public record TensorInfo(String name, DataType type, List<Long> shape) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }
}
