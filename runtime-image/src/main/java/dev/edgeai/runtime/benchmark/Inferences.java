package dev.edgeai.runtime.benchmark;

import dev.edgeai.runtime.dataset.Dataset;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * A model from tensors to tensors that infers one sample after the other.
 *
 * @param model closed with this
 * @param samples by their number, of which there is no last
 */
public record Inferences(LoadedModel model, IntFunction<Map<String, Tensor>> samples) implements Workload {
    /** On the samples of a dataset, from the end on to the start again. */
    public static Inferences of(LoadedModel model, Dataset dataset) {
        return new Inferences(model, i -> dataset.sample(i % dataset.size()));
    }

    @Override
    public Request request(int number) {
        return new Inference(model, samples.apply(number));
    }

    @Override
    public void close() {
        model.close();
    }

    private record Inference(LoadedModel model, Map<String, Tensor> sample) implements Request {
        @Override
        public void run() {
            if (model.infer(sample).isEmpty()) {
                throw new IllegalStateException("the model answered nothing");
            }
        }

        /** The shapes: a longer text takes longer in any model. */
        @Override
        public Map<String, List<Long>> size() {
            return sample.entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey,
                            e -> Arrays.stream(e.getValue().shape()).boxed().toList()));
        }
    }
}
