package dev.edgeai.runtime.benchmark;

import dev.edgeai.api.v1alpha1.measurement.Measurement.CpuWait;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

class PairedBenchmarkTest {
    @TempDir
    Path folder;

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
        BenchmarkSettings settings = settings(1, Duration.ofMillis(50));
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
    /** A core that neighbours share as long as they are there: three of four milliseconds are theirs. */
    private static final class SharedCore {
        private final ProcFiles kernel;
        private boolean neighbours = true;
        private int loads;
        private long ran;
        private long waited;

        SharedCore(Path folder) {
            kernel = new ProcFiles(folder);
            kernel.thread(1, 0, 0);
        }

        Workload load() {
            loads++;
            return new Workload() {

                public Request request(int number) {
                    return new Request() {

                        public void run() {
                            ran++;
                            waited += neighbours ? 3 : 0;
                            kernel.thread(1, ran, waited);
                        }

                        public Object size() {
                            return 1;
                        }
                    };
                }

                @Override
                public void close() {}
            };
        }

        CpuWait time(double maxCpuWait, Runnable pause) {
            return new PairedBenchmark(settings(maxCpuWait, Duration.ofSeconds(1)), kernel.meter(), pause)
                    .run(List.of(this::load), _ -> {})
                    .getFirst()
                    .cpuWait()
                    .orElseThrow();
        }
    }

    @Test
    void aBusyRoundIsRunAgainWhenTheNeighboursHaveLeft() {
        SharedCore core = new SharedCore(folder);
        CpuWait wait = core.time(0.1, () -> core.neighbours = false);
        assertThat(wait).isEqualTo(new CpuWait(Decimal.of("0"), Decimal.of("0.1"), 1));
        assertThat(core.loads).as("each round loads the model anew").isEqualTo(3);
    }

    @Test
    void whereTheNeighboursStayThePatienceEndsAndTheWaitingIsTold() {
        CpuWait wait = new SharedCore(folder).time(0.1, () -> {});
        assertThat(wait.share()).isEqualTo(Decimal.of("0.75"));
        assertThat(wait.busy()).isTrue();
        assertThat(wait.repeatedRounds()).isPositive();
    }

    @Test
    void whereAnyWaitingIsAllowedNothingIsRepeated() {
        SharedCore core = new SharedCore(folder);
        assertThat(core.time(1, () -> {})).isEqualTo(new CpuWait(Decimal.of("0.75"), Decimal.of("1"), 0));
        assertThat(core.loads).isEqualTo(2);
    }

    private static BenchmarkSettings settings(double maxCpuWait, Duration timeCap) {
        return new BenchmarkSettings(20, 20, 2, 2, 8, timeCap, maxCpuWait, 1);
    }
}
