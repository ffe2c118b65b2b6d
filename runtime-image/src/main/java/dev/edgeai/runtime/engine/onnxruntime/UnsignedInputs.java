package dev.edgeai.runtime.engine.onnxruntime;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.TensorInfo;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Unsigned inputs of more than a byte. The Java API of ONNX Runtime 1.29 cannot make such tensors, only hold them, so a
 * model of one Cast makes them out of signed ones, bit for bit.
 */
final class UnsignedInputs implements AutoCloseable {
    private static final Map<DataType, Cast> CASTS = Map.of(
            DataType.UINT16, new Cast(TensorProto.DataType.INT16, TensorProto.DataType.UINT16),
            DataType.UINT32, new Cast(TensorProto.DataType.INT32, TensorProto.DataType.UINT32),
            DataType.UINT64, new Cast(TensorProto.DataType.INT64, TensorProto.DataType.UINT64));

    private final Map<DataType, OrtSession> sessions = new EnumMap<>(DataType.class);

    /** For the unsigned ones among a model's inputs. */
    UnsignedInputs(OrtEnvironment environment, List<TensorInfo> inputs) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1); // no threads of its own
            for (TensorInfo input : inputs) {
                Cast cast = CASTS.get(input.type());
                if (cast != null && !sessions.containsKey(input.type())) {
                    sessions.put(
                            input.type(), environment.createSession(cast.model().toByteArray(), options));
                }
            }
        }
    }

    /**
     * A tensor in its own type.
     *
     * @param buffer made of {@link TensorTypes#ofBuffer}; closed here when another takes its place
     */
    OnnxTensor of(DataType type, OnnxTensor buffer) throws OrtException {
        OrtSession session = sessions.get(type);
        if (session == null) {
            return buffer;
        }
        try (buffer) {
            return (OnnxTensor) session.run(Map.of("signed", buffer)).get(0);
        }
    }

    @Override
    public void close() throws OrtException {
        for (OrtSession session : sessions.values()) {
            session.close();
        }
    }

    private record Cast(TensorProto.DataType from, TensorProto.DataType to) {
        ModelProto model() {
            return ModelProto.newBuilder()
                    .setIrVersion(8)
                    .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                    .setGraph(GraphProto.newBuilder()
                            .setName("cast")
                            .addInput(value("signed", from))
                            .addOutput(value("unsigned", to))
                            .addNode(NodeProto.newBuilder()
                                    .setOpType("Cast")
                                    .addInput("signed")
                                    .addOutput("unsigned")
                                    .addAttribute(AttributeProto.newBuilder()
                                            .setName("to")
                                            .setType(AttributeProto.AttributeType.INT)
                                            .setI(to.getNumber()))))
                    .build();
        }

        /** Of any shape. */
        private static ValueInfoProto value(String name, TensorProto.DataType type) {
            return ValueInfoProto.newBuilder()
                    .setName(name)
                    .setType(TypeProto.newBuilder()
                            .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber())))
                    .build();
        }
    }
}
