package dev.edgeai.runtime.engine;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Inputs and outputs as an ONNX file declares them; weights are passed over unread.
 *
 * @param inputs in the file's order; in old files the weights are among them
 * @param outputs in the file's order
 */
public record OnnxPorts(List<ValueInfoProto> inputs, List<ValueInfoProto> outputs) {
    public OnnxPorts {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** @throws IOException it cannot be read, or is no ONNX */
    public static OnnxPorts read(Path file) throws IOException {
        try (InputStream stream = Files.newInputStream(file)) {
            CodedInputStream in = CodedInputStream.newInstance(stream);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (WireFormat.getTagFieldNumber(tag) == ModelProto.GRAPH_FIELD_NUMBER) {
                    return graph(in);
                }
                in.skipField(tag);
            }
            return new OnnxPorts(List.of(), List.of());
        }
    }

    private static OnnxPorts graph(CodedInputStream in) throws IOException {
        List<ValueInfoProto> inputs = new ArrayList<>();
        List<ValueInfoProto> outputs = new ArrayList<>();
        int outside = in.pushLimit(in.readRawVarint32());
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case GraphProto.INPUT_FIELD_NUMBER -> inputs.add(ValueInfoProto.parseFrom(in.readByteArray()));
                case GraphProto.OUTPUT_FIELD_NUMBER -> outputs.add(ValueInfoProto.parseFrom(in.readByteArray()));
                default -> in.skipField(tag);
            }
        }
        in.popLimit(outside);
        return new OnnxPorts(inputs, outputs);
    }
}
