package dev.edgeai.runtime.dataset;

import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;

import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/** Samples of one part of a dataset, then those of the other. */
record JoinedDataset(Dataset first, Dataset second) implements Dataset {
    @Override
    public int size() {
        return first.size() + second.size();
    }

    @Override
    public Map<String, Tensor> sample(int index) {
        return index < first.size() ? first.sample(index) : second.sample(index - first.size());
    }

    @Override
    public Optional<long[]> labels() {
        return first.labels()
                .flatMap(one -> second.labels()
                        .map(other -> LongStream.concat(LongStream.of(one), LongStream.of(other))
                                .toArray()));
    }

    @Override
    public LoadedModel rated(LoadedModel model) {
        return first.rated(model);
    }
}
