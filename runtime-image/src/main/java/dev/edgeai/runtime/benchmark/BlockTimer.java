package dev.edgeai.runtime.benchmark;

import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** Runs blocks of inferences of one loaded model. */
final class BlockTimer implements AutoCloseable {
    private static final int HEAD = 2;

    /** Samples that are looked at for one that counts. */
    private static final int LOOKED_AT = 50;

    private final LoadedModel model;
    private final IntFunction<Map<String, Tensor>> source;
    private final List<Block> blocks;
    private final List<Block> steady;
    private final CpuClock cpu = new CpuClock();

    /** Timed blocks go to the end of {@code blocks}, steady ones of {@code steady}. The model is closed with this. */
    BlockTimer(LoadedModel model, IntFunction<Map<String, Tensor>> source, List<Block> blocks, List<Block> steady) {
        this.model = model;
        this.source = source;
        this.blocks = blocks;
        this.steady = steady;
    }

    /**
     * Times a block. Its first tenth, two inferences at least, is run before without timing, as it finds the other model's
     * weights in the caches.
     *
     * @param first number of the first sample
     */
    void time(int round, int first, int length) {
        List<Map<String, Tensor>> samples = samples(first, length);
        run(-1, samples.subList(0, Math.min(length, Math.max(HEAD, length / 10))));
        blocks.add(run(round, samples));
    }

    /**
     * A stretch of this model alone, as it is served: how steady it is, no other model's doing. All samples have the shapes
     * of the first: a longer text takes longer in any model.
     */
    void timeAlone(int round, int length) {
        List<Map<String, Tensor>> alike = alike(length + length / 2);
        run(-1, alike.subList(0, length / 2));
        steady.add(run(round, alike.subList(length / 2, alike.size())));
    }

    /** So many samples of the first one's shapes, some of them again where there are fewer. */
    private List<Map<String, Tensor>> alike(int count) {
        List<Map<String, Tensor>> alike = new ArrayList<>(List.of(source.apply(0)));
        for (int i = 1; i < count * LOOKED_AT && alike.size() < count; i++) {
            Map<String, Tensor> sample = source.apply(i);
            if (shapes(sample).equals(shapes(alike.getFirst()))) {
                alike.add(sample);
            }
        }
        for (int i = 0; alike.size() < count; i++) {
            alike.add(alike.get(i));
        }
        return alike;
    }

    private static Map<String, List<Long>> shapes(Map<String, Tensor> sample) {
        return sample.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        e -> Arrays.stream(e.getValue().shape()).boxed().toList()));
    }

    /** A block that does not count. */
    Block untimed(int length) {
        return run(-1, samples(0, length));
    }

    private List<Map<String, Tensor>> samples(int first, int length) {
        List<Map<String, Tensor>> samples = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            samples.add(source.apply(first + i));
        }
        return samples;
    }

    private Block run(int round, List<Map<String, Tensor>> samples) {
        long[] latencies = new long[samples.size()];
        long[] cpuTimes = new long[samples.size()];
        long processStart = cpu.ofProcess();
        for (int i = 0; i < latencies.length; i++) {
            long cpuStart = cpu.ofThread();
            long start = System.nanoTime();
            Map<String, Tensor> answer = model.infer(samples.get(i));
            latencies[i] = System.nanoTime() - start;
            cpuTimes[i] = cpu.ofThread() - cpuStart;
            if (answer.isEmpty()) {
                throw new IllegalStateException("the model answered nothing");
            }
        }
        return new Block(round, latencies, cpuTimes, cpu.ofProcess() - processStart);
    }

    @Override
    public void close() {
        model.close();
    }
}
