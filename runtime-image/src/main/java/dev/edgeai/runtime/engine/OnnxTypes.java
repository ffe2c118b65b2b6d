package dev.edgeai.runtime.engine;

import ai.onnx.proto.OnnxMl.TypeProto;

import java.util.Locale;

/** Types of an ONNX graph's values, by the names of NumPy and of the ONNX specification. */
public final class OnnxTypes {
    private OnnxTypes() {}

    /** For example {@code float16}, {@code sequence(int64)}, {@code map(string, float32)}, {@code optional(uint8)}. */
    public static String name(TypeProto type) {
        return switch (type.getValueCase()) {
            case TENSOR_TYPE -> element(type.getTensorType().getElemType());
            case SEQUENCE_TYPE -> "sequence(" + name(type.getSequenceType().getElemType()) + ")";
            case OPTIONAL_TYPE -> "optional(" + name(type.getOptionalType().getElemType()) + ")";
            case MAP_TYPE ->
                "map(" + element(type.getMapType().getKeyType()) + ", "
                        + name(type.getMapType().getValueType()) + ")";
            case SPARSE_TENSOR_TYPE ->
                "sparse_tensor(" + element(type.getSparseTensorType().getElemType()) + ")";
            case OPAQUE_TYPE -> "opaque";
            case VALUE_NOT_SET -> "unknown";
        };
    }

    /** The name of an element type, {@code TensorProto.DataType} of ONNX 1.21. */
    public static String element(int number) {
        return switch (number) {
            case 1 -> "float32";
            case 2 -> "uint8";
            case 3 -> "int8";
            case 4 -> "uint16";
            case 5 -> "int16";
            case 6 -> "int32";
            case 7 -> "int64";
            case 8 -> "string";
            case 9 -> "bool";
            case 10 -> "float16";
            case 11 -> "float64";
            case 12 -> "uint32";
            case 13 -> "uint64";
            case 14 -> "complex64";
            case 15 -> "complex128";
            case 16 -> "bfloat16";
            case 17 -> "float8e4m3fn";
            case 18 -> "float8e4m3fnuz";
            case 19 -> "float8e5m2";
            case 20 -> "float8e5m2fnuz";
            case 21 -> "uint4";
            case 22 -> "int4";
            case 23 -> "float4e2m1";
            case 24 -> "float8e8m0";
            case 25 -> "uint2";
            case 26 -> "int2";
            default -> String.format(Locale.ROOT, "type%d", number);
        };
    }
}
