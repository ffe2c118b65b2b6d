package dev.edgeai.runtime.engine;

import java.util.List;

/**
 * What a model's input or output looks like.
 *
 * @param name as in the model
 * @param type element type
 * @param shape dimensions, outermost first; -1 where the model leaves it open
 * @param otherNames by which it may be asked for too
 */
public record TensorInfo(String name, DataType type, List<Long> shape, List<String> otherNames) {
    public TensorInfo {
        shape = List.copyOf(shape);
        otherNames = List.copyOf(otherNames);
    }

    /** Of one name. */
    public TensorInfo(String name, DataType type, List<Long> shape) {
        this(name, type, shape, List.of());
    }

    public boolean isNamed(String asked) {
        return name.equals(asked) || otherNames.contains(asked);
    }
}
