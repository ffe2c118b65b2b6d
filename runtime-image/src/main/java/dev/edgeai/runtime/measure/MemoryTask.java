package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.runtime.engine.LanguageEngine;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LanguageSession;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;
import dev.edgeai.runtime.engine.installed.Engines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a process does whose memory is measured: load a model, infer, read the own peak.
 *
 * @param folder the model's folder
 * @param descriptor how to run it
 * @param threads threads per inference
 * @param shapes of the inputs, batch included; the values are zeros
 * @param tokens that a language model reads and goes on from; without them only its engine is loaded
 */
public record MemoryTask(
        String folder,
        VariantDescriptor descriptor,
        int threads,
        Map<String, List<Long>> shapes,
        List<Integer> tokens) {
    private static final int INFERENCES = 20;
    private static final String PEAK = "VmHWM:";

    /** Gives the peak resident memory of this process, bytes. */
    public long run() throws IOException {
        if (Engines.find(descriptor.engine()) instanceof LanguageEngine engine) {
            generate(engine);
        } else {
            infer();
        }
        return peakBytes(Files.readAllLines(Path.of("/proc/self/status")));
    }

    private void generate(LanguageEngine engine) {
        if (tokens.isEmpty()) {
            engine.version(); // loads it
            return;
        }
        try (LanguageModel model = engine.load(Path.of(folder), descriptor, threads);
                LanguageSession session = model.open()) {
            session.prefill(tokens.stream().mapToInt(Integer::intValue).toArray());
            for (int i = 0; i < INFERENCES; i++) {
                session.step(tokens.getFirst());
            }
        }
    }

    private void infer() {
        try (LoadedModel model = Engines.load(Path.of(folder), descriptor, threads)) {
            Map<String, Tensor> inputs = new HashMap<>();
            for (TensorInfo input : model.inputs()) {
                long[] shape = shapes.getOrDefault(input.name(), List.of()).stream()
                        .mapToLong(Long::longValue)
                        .toArray();
                inputs.put(input.name(), Tensor.allocate(input.type(), shape));
            }
            for (int i = 0; i < INFERENCES; i++) {
                if (model.infer(inputs).isEmpty()) {
                    throw new IllegalStateException("the model answered nothing");
                }
            }
        }
    }

    static long peakBytes(List<String> status) {
        String line = status.stream()
                .filter(l -> l.startsWith(PEAK))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("/proc/self/status tells no " + PEAK));
        return 1024
                * Long.parseLong(line.substring(PEAK.length()).replace("kB", "").strip());
    }
}
