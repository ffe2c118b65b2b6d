package dev.edgeai.runtime.engine.onnxruntime;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.edgeai.runtime.engine.OnnxPorts;
import dev.edgeai.runtime.engine.OnnxTypes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Names the type that keeps a model from being run. ONNX Runtime's Java API knows neither the newer element types nor
 * optional values, so once a load has failed the model's own file is asked.
 */
final class UnsupportedTypes {
    private static final Set<String> SUPPORTED = Set.of(
            "bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float16", "float32",
            "float64");

    private UnsupportedTypes() {}

    /** In a sentence, the first input or output of another type; empty where there is none or the file cannot be read. */
    static Optional<String> of(Path file) {
        try {
            OnnxPorts ports = OnnxPorts.read(file);
            return Stream.concat(ports.inputs().stream(), ports.outputs().stream())
                    .flatMap(value -> refusal(value).stream())
                    .findFirst();
        } catch (IOException _) { // no ONNX: the engine's own words are better
            return Optional.empty();
        }
    }

    private static Optional<String> refusal(ValueInfoProto value) {
        TypeProto type = value.getType();
        boolean told = type.hasTensorType()
                ? type.getTensorType().getElemType() != TensorProto.DataType.UNDEFINED_VALUE
                : type.getValueCase() != TypeProto.ValueCase.VALUE_NOT_SET;
        if (!told || SUPPORTED.contains(OnnxTypes.name(type))) {
            return Optional.empty();
        }
        String way = !type.hasTensorType()
                ? "export the model with plain tensors only (scikit-learn: without ZipMap)"
                : type.getTensorType().getElemType() == TensorProto.DataType.STRING_VALUE
                        ? "keep the steps that read text outside, and export the model from their numbers on"
                        : "put a Cast to float32 or to a plain integer type beside it in the model";
        return Optional.of(
                "'%s' is of type %s, which is not supported; %s".formatted(value.getName(), OnnxTypes.name(type), way));
    }
}
