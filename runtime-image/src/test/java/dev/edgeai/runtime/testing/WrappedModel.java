package dev.edgeai.runtime.testing;

import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;

import java.util.List;
import java.util.Map;

/** Another model, for a test to change how it infers. */
public class WrappedModel implements LoadedModel {
    private final LoadedModel model;

    protected WrappedModel(LoadedModel model) {
        this.model = model;
    }

    @Override
    public List<TensorInfo> inputs() {
        return model.inputs();
    }

    @Override
    public List<TensorInfo> outputs() {
        return model.outputs();
    }

    @Override
    public Map<String, Tensor> infer(Map<String, Tensor> inputs) {
        return model.infer(inputs);
    }

    @Override
    public void close() {
        model.close();
    }
}
