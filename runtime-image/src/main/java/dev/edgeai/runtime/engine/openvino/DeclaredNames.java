package dev.edgeai.runtime.engine.openvino;

import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.IrPorts;
import dev.edgeai.runtime.engine.OnnxPorts;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Names of inputs and outputs as a model's file declares them. Where OpenVINO takes an operator away (an Identity, say), two
 * values become one port of several names, of which its C API tells any.
 *
 * @param inputs in the file's order
 * @param outputs in the file's order
 */
record DeclaredNames(List<String> inputs, List<String> outputs) {
    DeclaredNames {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    static DeclaredNames of(Path file) {
        try {
            if (file.toString().endsWith(".onnx")) {
                OnnxPorts ports = OnnxPorts.read(file);
                return new DeclaredNames(names(ports.inputs()), names(ports.outputs()));
            }
            IrPorts ports = IrPorts.read(file);
            return new DeclaredNames(namesOfAll(ports.inputs()), namesOfAll(ports.outputs()));
        } catch (IOException e) {
            throw new EngineException("cannot read the names in " + file.getFileName() + ": " + e.getMessage(), e);
        }
    }

    private static List<String> names(List<ValueInfoProto> values) {
        return values.stream().map(ValueInfoProto::getName).toList();
    }

    private static List<String> namesOfAll(List<IrPorts.Port> ports) {
        return ports.stream().flatMap(port -> port.names().stream()).toList();
    }
}
