package dev.edgeai.runtime.bench;

import dev.edgeai.planner.Json;
import dev.edgeai.runtime.benchmark.LatencySummary;
import dev.edgeai.runtime.benchmark.Speedup;
import dev.edgeai.runtime.benchmark.Timings;
import dev.edgeai.runtime.dataset.Dataset;
import dev.edgeai.runtime.engine.LoadedModel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * What measurements at the default settings decide beside busy neighbours: a model against itself, against a real variant,
 * and against itself made 5 % slower. Each measurement is a line of a file; those that are there are not made again.
 */
final class BusyNeighbours {
    private static final double INJECTED = 0.05;

    public static void main(String[] arguments) throws IOException {
        Supplier<LoadedModel> source = Subject.in(Path.of(arguments[0]));
        Supplier<LoadedModel> variant = Subject.in(Path.of(arguments[1]));
        Dataset dataset = Subject.dataset(Path.of(arguments[2]), source);
        Path file = Path.of(arguments[3]);
        int repetitions = Integer.parseInt(arguments[4]);
        int[] neighbours = Arrays.stream(arguments[5].split(","))
                .mapToInt(Integer::parseInt)
                .toArray();

        List<BusyTiming> done = read(file);
        for (int repetition = 0; repetition < repetitions; repetition++) {
            for (int count : neighbours) {
                for (BusyTiming.Kind kind : BusyTiming.Kind.values()) {
                    if (done.stream().noneMatch(new BusyTiming.Key(kind, count, repetition)::isOf)) {
                        Supplier<LoadedModel> other = switch (kind) {
                            case ITSELF -> source;
                            case VARIANT -> variant;
                            case SLOWER -> () -> new Slower(source.get(), INJECTED);
                        };
                        BusyTiming timing = time(new BusyTiming.Key(kind, count, repetition), dataset, source, other);
                        Files.writeString(
                                file, Json.write(timing) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                        done.add(timing);
                        System.err.println(timing.text());
                    }
                }
            }
        }
        boolean holds = new BusyVerdicts(done, 1 / (1 + INJECTED)).tell(System.out);
        System.out.println(holds ? "holds" : "does not hold");
        System.exit(holds ? 0 : 1);
    }

    private static List<BusyTiming> read(Path file) throws IOException {
        List<BusyTiming> timings = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                timings.add(Json.read(line, BusyTiming.class));
            }
        }
        return timings;
    }

    private static BusyTiming time(
            BusyTiming.Key key, Dataset dataset, Supplier<LoadedModel> source, Supplier<LoadedModel> other)
            throws IOException {
        List<Process> spinning = new ArrayList<>();
        try {
            for (int i = 0; i < key.neighbours(); i++) {
                spinning.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
            }
            long start = System.nanoTime();
            List<Timings> timings = Subject.time(dataset, source, other, key.repetition());
            double seconds = (System.nanoTime() - start) / 1e9;
            Timings measured = timings.getLast();
            LatencySummary latency = measured.summary();
            return new BusyTiming(
                    key,
                    seconds,
                    Math.round(latency.p50() / 1_000),
                    Math.round(latency.p95() / 1_000),
                    measured.variationInterval(),
                    Speedup.of(timings.getFirst(), measured),
                    measured.samples(),
                    measured.cpuWait().orElseThrow());
        } finally {
            spinning.forEach(Process::destroyForcibly);
        }
    }

    private BusyNeighbours() {}
}
