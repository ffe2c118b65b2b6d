package dev.edgeai.runtime.engine.onnxruntime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.InputCheck;
import dev.edgeai.runtime.engine.InvalidInputException;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A session of ONNX Runtime, which is safe for several threads by itself. */
final class OnnxRuntimeModel implements LoadedModel {
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final List<TensorInfo> inputs;
    private final List<TensorInfo> outputs;
    private final InputCheck check;
    private final NamedDimensions dimensions;

    private OnnxRuntimeModel(
            OrtEnvironment environment,
            OrtSession session,
            List<TensorInfo> inputs,
            List<TensorInfo> outputs,
            NamedDimensions dimensions) {
        this.environment = environment;
        this.session = session;
        this.inputs = inputs;
        this.outputs = outputs;
        this.dimensions = dimensions;
        check = new InputCheck(inputs);
    }

    /** Owns the session from here on, even when this fails. */
    static OnnxRuntimeModel open(OrtEnvironment environment, OrtSession session) throws OrtException {
        try {
            return new OnnxRuntimeModel(
                    environment,
                    session,
                    describe(session.getInputInfo().values()),
                    describe(session.getOutputInfo().values()),
                    NamedDimensions.of(session.getInputInfo()));
        } catch (OrtException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static List<TensorInfo> describe(Collection<NodeInfo> nodes) {
        return nodes.stream().map(OnnxRuntimeModel::describe).toList();
    }

    private static TensorInfo describe(NodeInfo node) {
        if (!(node.getInfo() instanceof ai.onnxruntime.TensorInfo info)) {
            throw new EngineException("'" + node.getName() + "' is no tensor but " + node.getInfo()
                    + "; export the model with tensor inputs and outputs only (no ZipMap)");
        }
        return new TensorInfo(
                node.getName(),
                type(node.getName(), info.type),
                Arrays.stream(info.getShape()).boxed().toList());
    }

    private static DataType type(String name, OnnxJavaType type) {
        return switch (type) {
            case BOOL -> DataType.BOOL;
            case UINT8 -> DataType.UINT8;
            case INT8 -> DataType.INT8;
            case INT16 -> DataType.INT16;
            case INT32 -> DataType.INT32;
            case INT64 -> DataType.INT64;
            case FLOAT16 -> DataType.FP16;
            case FLOAT -> DataType.FP32;
            case DOUBLE -> DataType.FP64;
            case BFLOAT16, STRING, UNKNOWN ->
                throw new EngineException("'" + name + "' has element type " + type + ", which is not supported");
        };
    }

    private static OnnxJavaType type(DataType type) {
        return switch (type) {
            case BOOL -> OnnxJavaType.BOOL;
            case UINT8 -> OnnxJavaType.UINT8;
            case INT8 -> OnnxJavaType.INT8;
            case INT16 -> OnnxJavaType.INT16;
            case INT32 -> OnnxJavaType.INT32;
            case INT64 -> OnnxJavaType.INT64;
            case FP16 -> OnnxJavaType.FLOAT16;
            case FP32 -> OnnxJavaType.FLOAT;
            case FP64 -> OnnxJavaType.DOUBLE;
        };
    }

    @Override
    public List<TensorInfo> inputs() {
        return inputs;
    }

    @Override
    public List<TensorInfo> outputs() {
        return outputs;
    }

    @Override
    public Map<String, Tensor> infer(Map<String, Tensor> tensors) {
        Tensor[] ordered = check.inOrder(tensors);
        Map<String, OnnxTensor> values = HashMap.newHashMap(inputs.size());
        try {
            for (int i = 0; i < ordered.length; i++) {
                Tensor tensor = ordered[i];
                values.put(
                        inputs.get(i).name(),
                        OnnxTensor.createTensor(environment, tensor.data(), tensor.shape(), type(tensor.type())));
            }
            try (OrtSession.Result result = session.run(values)) {
                Map<String, Tensor> answer = HashMap.newHashMap(outputs.size());
                for (Map.Entry<String, OnnxValue> output : result) {
                    answer.put(output.getKey(), copy(output.getKey(), (OnnxTensor) output.getValue()));
                }
                return answer;
            }
        } catch (OrtException e) {
            throw dimensions
                    .contradiction(tensors)
                    .<EngineException>map(InvalidInputException::new)
                    .orElseGet(() -> new EngineException("ONNX Runtime failed to infer: " + e.getMessage(), e));
        } finally {
            values.values().forEach(OnnxTensor::close);
        }
    }

    private static Tensor copy(String name, OnnxTensor value) {
        ai.onnxruntime.TensorInfo info = value.getInfo();
        return new Tensor(type(name, info.type), info.getShape(), value.getByteBuffer());
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new EngineException("ONNX Runtime failed to close a session: " + e.getMessage(), e);
        }
    }
}
