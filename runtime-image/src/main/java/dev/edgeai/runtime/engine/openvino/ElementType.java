package dev.edgeai.runtime.engine.openvino;

import dev.edgeai.runtime.engine.DataType;
import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.Optional;

/** {@code ov_element_type_e} of OpenVINO 2026.4, in its order and with its names. */
enum ElementType {
    DYNAMIC,
    BOOLEAN(DataType.BOOL),
    BF16,
    F16(DataType.FP16),
    F32(DataType.FP32),
    F64(DataType.FP64),
    I4,
    I8(DataType.INT8),
    I16(DataType.INT16),
    I32(DataType.INT32),
    I64(DataType.INT64),
    U1,
    U2,
    U3,
    U4,
    U6,
    U8(DataType.UINT8),
    U16(DataType.UINT16),
    U32(DataType.UINT32),
    U64(DataType.UINT64),
    NF4,
    F8E4M3,
    F8E5M3, // its values are those of f8e5m2
    STRING,
    F4E2M1,
    F8E8M0;

    private final @Nullable DataType tensors;

    ElementType() {
        this(null);
    }

    ElementType(@Nullable DataType tensors) {
        this.tensors = tensors;
    }

    /** Empty for those that tensors do not have here. */
    Optional<DataType> tensors() {
        return Optional.ofNullable(tensors);
    }

    /** As OpenVINO writes it in its models. */
    @Override
    public String toString() {
        return this == F8E5M3 ? "f8e5m2" : name().toLowerCase(Locale.ROOT);
    }
}
