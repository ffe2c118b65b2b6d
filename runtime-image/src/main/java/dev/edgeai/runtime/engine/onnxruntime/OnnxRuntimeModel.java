package dev.edgeai.runtime.engine.onnxruntime;

import ai.onnxruntime.NodeInfo;
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
    private final UnsignedInputs unsigned;

    private OnnxRuntimeModel(OrtEnvironment environment, OrtSession session) throws OrtException {
        this.environment = environment;
        this.session = session;
        inputs = describe(session.getInputInfo().values());
        outputs = describe(session.getOutputInfo().values());
        dimensions = NamedDimensions.of(session.getInputInfo());
        check = new InputCheck(inputs);
        unsigned = new UnsignedInputs(environment, inputs);
    }

    /** Owns the session from here on, even when this fails. */
    static OnnxRuntimeModel open(OrtEnvironment environment, OrtSession session) throws OrtException {
        try {
            return new OnnxRuntimeModel(environment, session);
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
            throw new EngineException("'" + node.getName() + "' is no tensor but " + node.getInfo());
        }
        return new TensorInfo(
                node.getName(),
                type(node.getName(), info),
                Arrays.stream(info.getShape()).boxed().toList());
    }

    private static DataType type(String name, ai.onnxruntime.TensorInfo info) {
        return TensorTypes.of(info.onnxType)
                .orElseThrow(() -> new EngineException("'" + name + "' has element type " + info.onnxType));
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
                values.put(inputs.get(i).name(), tensor(ordered[i]));
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

    private OnnxTensor tensor(Tensor tensor) throws OrtException {
        OnnxTensor buffer = OnnxTensor.createTensor(
                environment, tensor.data(), tensor.shape(), TensorTypes.ofBuffer(tensor.type()));
        return unsigned.of(tensor.type(), buffer);
    }

    private static Tensor copy(String name, OnnxTensor value) {
        ai.onnxruntime.TensorInfo info = value.getInfo();
        return new Tensor(type(name, info), info.getShape(), value.getByteBuffer());
    }

    @Override
    public void close() {
        try {
            session.close();
            unsigned.close();
        } catch (OrtException e) {
            throw new EngineException("ONNX Runtime failed to close a session: " + e.getMessage(), e);
        }
    }
}
