package dev.edgeai.runtime.benchmark;

import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

class PairedBenchmarkTest {
    /** Notes how long each text is that it gets. */
    private static final class Reader implements LoadedModel {
        private final List<Long> lengths = new ArrayList<>();

        @Override
        public List<TensorInfo> inputs() {
            return List.of();
        }

        @Override
        public List<TensorInfo> outputs() {
            return List.of();
        }

        @Override
        public Map<String, Tensor> infer(Map<String, Tensor> inputs) {
            lengths.add(requireNonNull(inputs.get("tokens")).elements());
            return inputs;
        }

        @Override
        public void close() {}
    }

    /** A longer text takes longer, which is no unsteadiness of the model. */
    @Test
    void steadinessIsReadOnTextsOfOneLength() {
        BenchmarkSettings settings = new BenchmarkSettings(20, 20, 2, 2, 8, Duration.ofMillis(50), 1);
        List<Reader> loads = new ArrayList<>();
        new PairedBenchmark(settings)
                .run(
                        List.of(() -> {
                            loads.add(new Reader());
                            return new Inferences(
                                    loads.getLast(),
                                    i -> Map.of("tokens", Tensor.allocate(DataType.INT64, 1, 5 + i % 3)));
                        }),
                        _ -> {});

        assertThat(loads).hasSize(2).allSatisfy(load -> {
            assertThat(load.lengths).contains(5L, 6L, 7L);
            assertThat(load.lengths.subList(load.lengths.size() - 12, load.lengths.size()))
                    .containsOnly(5L);
        });
    }
}
