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
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a process does whose memory is measured: load a model, infer, read the own peak.
 *
 * @param folder the model's folder
 * @param descriptor how to run it
 * @param threads threads per inference
 * @param concurrency inferences at once, of a language model generations, as its server runs at most
 * @param shapes of the inputs, batch included; the values are zeros
 * @param tokens that a language model reads, again and again up to as many as its server lets it read at once; without
 *     them only its engine is loaded
 */
public record MemoryTask(
        String folder,
        VariantDescriptor descriptor,
        int threads,
        int concurrency,
        Map<String, List<Long>> shapes,
        List<Integer> tokens) {
    private static final int INFERENCES = 20;
    private static final String PEAK = "VmHWM:";

    /** Gives the peak resident memory of this process, bytes. */
    public long run() throws IOException, InterruptedException {
        if (Engines.find(descriptor.engine()) instanceof LanguageEngine engine) {
            generate(engine);
        } else {
            infer();
        }
        return peakBytes(Files.readAllLines(Path.of("/proc/self/status")));
    }

    private void generate(LanguageEngine engine) throws InterruptedException {
        if (tokens.isEmpty()) {
            engine.version(); // loads it
            return;
        }
        try (LanguageModel model = engine.load(Path.of(folder), descriptor, threads)) {
            int length = Math.max(1, Math.min(LanguageSession.PROMPT_PART, model.contextLength() - INFERENCES));
            int[] prompt = IntStream.range(0, length)
                    .map(i -> tokens.get(i % tokens.size()))
                    .toArray();
            // open until the model is closed, which closes them
            List<LanguageSession> sessions =
                    Stream.generate(model::open).limit(concurrency).toList();
            atOnce(session -> generate(sessions.get(session), prompt));
        }
    }

    private static void generate(LanguageSession session, int[] prompt) {
        session.prefill(prompt);
        for (int i = 0; i < INFERENCES; i++) {
            session.step(prompt[0]);
        }
    }

    private void infer() throws InterruptedException {
        try (LoadedModel model = Engines.load(Path.of(folder), descriptor, threads)) {
            atOnce(_ -> infer(model));
        }
    }

    private void infer(LoadedModel model) {
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

    /** Does something with the numbers from 0 to {@link #concurrency} - 1, each on a thread of its own. */
    private void atOnce(IntConsumer work) throws InterruptedException {
        try (ExecutorService pool = Executors.newFixedThreadPool(concurrency)) {
            List<Callable<Object>> tasks = IntStream.range(0, concurrency)
                    .mapToObj(i -> Executors.callable(() -> work.accept(i)))
                    .toList();
            for (Future<Object> done : pool.invokeAll(tasks)) {
                done.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
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
