package dev.edgeai.runtime.engine.openvino;

import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.TensorInfo;

import java.util.List;
import java.util.Optional;

/**
 * An input or output of a compiled model.
 *
 * @param name one of its names
 * @param elementType {@code ov_element_type_e} of OpenVINO 2026.4
 * @param shape -1 where dynamic; empty where even the rank is
 */
record OpenVinoPort(String name, int elementType, List<Long> shape) {
    TensorInfo info() {
        return new TensorInfo(name, type(), shape);
    }

    private DataType type() {
        return type(elementType)
                .orElseThrow(() -> new EngineException("'" + name + "' has OpenVINO element type " + elementType
                        + ", which is not supported; make it a plain integer or float type"));
    }

    /** Empty for those that tensors do not have here. */
    static Optional<DataType> type(int elementType) {
        return Optional.ofNullable(
                switch (elementType) {
                    case 1 -> DataType.BOOL;
                    case 3 -> DataType.FP16;
                    case 4 -> DataType.FP32;
                    case 5 -> DataType.FP64;
                    case 7 -> DataType.INT8;
                    case 8 -> DataType.INT16;
                    case 9 -> DataType.INT32;
                    case 10 -> DataType.INT64;
                    case 16 -> DataType.UINT8;
                    default -> null;
                });
    }
}
