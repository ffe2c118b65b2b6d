package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.pod.ChildProcess;
import dev.edgeai.runtime.pod.ChildProgram;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Peak memory of a model, each reading in a process of its own: the same JVM with the same fixed, touched heap, once
 * with the model and once with the engine alone.
 */
public final class MemoryProbe {
    /** The hidden verb that runs a {@link MemoryTask}. */
    public static final String VERB = "memory-probe";

    private static final int TIMEOUT_SECONDS = 300;

    /** The heap is touched at once and never grows, so that it is the same in every reading. */
    private static final List<String> FLAGS =
            List.of("-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final Path scratch;
    private final int repetitions;
    private final Map<List<Object>, Long> engines = new HashMap<>();

    /**
     * Makes a probe.
     *
     * @param scratch folder for small files
     * @param repetitions processes for each reading, of which the median counts
     */
    public MemoryProbe(Path scratch, int repetitions) {
        this.scratch = scratch;
        this.repetitions = repetitions;
    }

    /**
     * What a model takes.
     *
     * @param peakBytes peak resident memory of the process with the model
     * @param engineBytes the same of the engine alone
     */
    public record Memory(long peakBytes, long engineBytes) {}

    /**
     * Measures one model.
     *
     * @param task loads it
     * @throws RuntimeFailure a process failed; with its own words
     */
    public Memory measure(MemoryTask task) {
        try {
            Path own = Files.createTempDirectory(scratch, "memory");
            long engine = engine(task, own);
            return new Memory(median(task, own), engine);
        } catch (IOException e) {
            throw failed("its files cannot be written: " + e.getMessage());
        }
    }

    /** Measured once for each engine, its options, and the format it reads. */
    private long engine(MemoryTask ofModel, Path own) throws IOException {
        MemoryTask task = EngineOnly.task(ofModel, own);
        List<Object> key = List.of(task.descriptor(), task.threads(), task.concurrency());
        Long known = engines.get(key);
        if (known == null) {
            known = median(task, own);
            engines.put(key, known);
        }
        return known;
    }

    private long median(MemoryTask task, Path own) throws IOException {
        long[] readings = new long[repetitions];
        for (int i = 0; i < repetitions; i++) {
            readings[i] = reading(task, own);
        }
        Arrays.sort(readings);
        return readings[repetitions / 2];
    }

    private static long reading(MemoryTask task, Path own) throws IOException {
        Path output = own.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(ChildProgram.withEngines(FLAGS, List.of(VERB, Json.write(task))))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        int code;
        try (ChildProcess child = ChildProcess.start(builder)) {
            Process process = child.process();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw failed("a process gave no answer within " + TIMEOUT_SECONDS + " s");
            }
            code = process.exitValue();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw failed("it was interrupted");
        }
        List<String> lines = Files.readAllLines(output);
        Optional<Long> peak = lines.stream()
                .filter(line -> line.startsWith(VERB + " "))
                .map(line -> Long.parseLong(line.substring(VERB.length() + 1)))
                .findFirst();
        if (code != 0 || peak.isEmpty()) {
            throw failed("a process with " + task.concurrency() + " inferences at once ended with " + code + ": "
                    + String.join(" ", lines.subList(Math.max(0, lines.size() - 5), lines.size())));
        }
        return peak.get();
    }

    private static RuntimeFailure failed(String why) {
        return new RuntimeFailure(FailureReason.MEASUREMENT_FAILED, "Memory could not be measured: " + why + ".");
    }
}
