package dev.edgeai.runtime.engine.openvino;

import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.TensorInfo;

import java.util.List;

/**
 * An input or output of a model.
 *
 * @param name by which it is shown
 * @param elementType of its tensors
 * @param shape -1 where dynamic; empty where even the rank is
 * @param names all that are known of it
 */
record OpenVinoPort(String name, ElementType elementType, List<Long> shape, List<String> names) {
    OpenVinoPort {
        shape = List.copyOf(shape);
        names = List.copyOf(names);
    }

    TensorInfo info() {
        return new TensorInfo(
                name,
                type(),
                shape,
                names.stream().filter(other -> !other.equals(name)).toList());
    }

    private DataType type() {
        return elementType
                .tensors()
                .orElseThrow(() -> new EngineException("'" + name + "' is of type " + elementType
                        + ", which is not supported; put a conversion to f32 or to a plain integer type beside it"));
    }
}
