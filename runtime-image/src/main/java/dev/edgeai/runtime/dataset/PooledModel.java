package dev.edgeai.runtime.dataset;

import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A model of text whose answer, one vector for each token, is made into one normalized vector for the text. */
final class PooledModel implements LoadedModel {
    private static final String OUTPUT = "embedding";

    private final LoadedModel model;
    private final Pooling pooling;
    private final TensorInfo tokens;
    private final AnswerReader reader;

    private PooledModel(LoadedModel model, Pooling pooling, TensorInfo tokens) {
        this.model = model;
        this.pooling = pooling;
        this.tokens = tokens;
        reader = AnswerReader.of(Task.TEXT_EMBEDDING, List.of(tokens));
    }

    /** The model itself where its answer is no vector for each token. */
    static LoadedModel of(LoadedModel model, Pooling pooling) {
        return model.outputs().stream()
                .filter(output -> output.type() == DataType.FP32 || output.type() == DataType.FP16)
                .findFirst()
                .filter(output -> output.shape().size() == 3)
                .<LoadedModel>map(output -> new PooledModel(model, pooling, output))
                .orElse(model);
    }

    @Override
    public List<TensorInfo> inputs() {
        return model.inputs();
    }

    @Override
    public List<TensorInfo> outputs() {
        return List.of(new TensorInfo(
                OUTPUT, DataType.FP32, List.of(-1L, tokens.shape().getLast())));
    }

    @Override
    public Map<String, Tensor> infer(Map<String, Tensor> inputs) {
        Map<String, Tensor> outputs = model.infer(inputs);
        long[] shape = Objects.requireNonNull(outputs.get(tokens.name())).shape();
        boolean[] shown = shown(inputs, Math.toIntExact(shape[1]));
        int width = Math.toIntExact(shape[2]);
        float[] pooled = pooling.pool(reader.vector(outputs), shown, width);
        return Map.of(OUTPUT, Tensor.ofFloats(pooled, 1, width));
    }

    private static boolean[] shown(Map<String, Tensor> inputs, int tokens) {
        boolean[] shown = new boolean[tokens];
        Tensor mask = inputs.get(TextDataset.MASK);
        if (mask != null && mask.elements() != tokens) {
            throw new EngineException(
                    "the model gave " + tokens + " tokens for " + mask.elements() + "; it cannot be pooled");
        }
        for (int i = 0; i < tokens; i++) {
            shown[i] = mask == null || mask.data().get(i * mask.type().bytes()) != 0;
        }
        return shown;
    }

    @Override
    public void close() {
        model.close();
    }
}
