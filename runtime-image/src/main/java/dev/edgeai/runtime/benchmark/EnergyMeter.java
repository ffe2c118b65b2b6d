package dev.edgeai.runtime.benchmark;

import dev.edgeai.api.v1alpha1.Measurement.EnergyMethod;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * Energy from the CPU packages' counters (RAPL, {@code /sys/class/powercap/intel-rapl:N/energy_uj}), where the node lets
 * this process read them; else an estimate from CPU time. A counter sees the whole package, neighbours included.
 */
public final class EnergyMeter {
    private static final Path POWERCAP = Path.of("/sys/class/powercap");

    /** Counters move every millisecond; over this time that is nothing. */
    private static final Duration RUN = Duration.ofSeconds(1);

    private final List<Path> packages;

    private EnergyMeter(List<Path> packages) {
        this.packages = packages;
    }

    public static EnergyMeter ofThisNode() {
        return of(POWERCAP);
    }

    static EnergyMeter of(Path powercap) {
        try (Stream<Path> zones = Files.list(powercap)) {
            List<Path> readable = zones.filter(
                            zone -> zone.getFileName().toString().matches("intel-rapl:\\d+"))
                    .filter(zone -> Files.isReadable(zone.resolve("energy_uj")))
                    .sorted()
                    .toList();
            return new EnergyMeter(readable);
        } catch (IOException e) {
            return new EnergyMeter(List.of());
        }
    }

    /** The energy of a model that was timed before. */
    public Energy measure(LoadedModel model, IntFunction<Map<String, Tensor>> samples, Timings timings) {
        if (packages.isEmpty()) {
            return Energy.estimated(timings);
        }
        try {
            long[] before = read();
            long end = System.nanoTime() + RUN.toNanos();
            int inferences = 0;
            do {
                model.infer(samples.apply(inferences));
                inferences++;
            } while (System.nanoTime() < end);
            return new Energy(joules(before, read()) / inferences, EnergyMethod.MEASURED);
        } catch (IOException e) {
            return Energy.estimated(timings);
        }
    }

    long[] read() throws IOException {
        long[] microjoules = new long[packages.size()];
        for (int i = 0; i < microjoules.length; i++) {
            microjoules[i] = number(packages.get(i).resolve("energy_uj"));
        }
        return microjoules;
    }

    /** Counters start again from 0 after {@code max_energy_range_uj}. */
    double joules(long[] before, long[] after) throws IOException {
        double sum = 0;
        for (int i = 0; i < before.length; i++) {
            long range = number(packages.get(i).resolve("max_energy_range_uj"));
            sum += after[i] >= before[i] ? after[i] - before[i] : range - before[i] + after[i];
        }
        return sum / 1e6;
    }

    private static long number(Path file) throws IOException {
        try {
            return Long.parseLong(Files.readString(file).strip());
        } catch (NumberFormatException e) {
            throw new IOException(file + " holds no number", e);
        }
    }
}
