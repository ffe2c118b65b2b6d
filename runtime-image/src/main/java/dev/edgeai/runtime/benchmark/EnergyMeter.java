package dev.edgeai.runtime.benchmark;

import dev.edgeai.api.v1alpha1.measurement.Measurement.EnergyMethod;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Energy by the node's counters, where it lets this process read them: of the CPU packages (RAPL, {@code
 * /sys/class/powercap/intel-rapl:N/energy_uj}), else of hardware monitors ({@code /sys/class/hwmon/hwmonN/energyM_input},
 * as AMD's sockets and sensors of boards have); else an estimate from CPU time. A counter sees all of its hardware,
 * neighbours included.
 */
public final class EnergyMeter {
    private static final Path POWERCAP = Path.of("/sys/class/powercap");
    private static final Path HWMON = Path.of("/sys/class/hwmon");

    /** Counters move every millisecond; over this time that is nothing. */
    private static final Duration RUN = Duration.ofSeconds(1);

    private final List<Counter> counters;

    private EnergyMeter(List<Counter> counters) {
        this.counters = counters;
    }

    /**
     * A file with a sum of microjoules.
     *
     * @param range holds where it starts again from 0; absent where it does not
     */
    private record Counter(Path file, Optional<Path> range) {}

    public static EnergyMeter ofThisNode() {
        return of(POWERCAP, HWMON);
    }

    static EnergyMeter of(Path powercap, Path hwmon) {
        List<Counter> packages = files(powercap)
                .filter(zone -> zone.getFileName().toString().matches("intel-rapl:\\d+"))
                .map(zone -> new Counter(zone.resolve("energy_uj"), Optional.of(zone.resolve("max_energy_range_uj"))))
                .filter(counter -> Files.isReadable(counter.file()))
                .toList();
        return new EnergyMeter(packages.isEmpty() ? monitors(hwmon) : packages);
    }

    private static List<Counter> monitors(Path hwmon) {
        return files(hwmon)
                .flatMap(EnergyMeter::files)
                .filter(file -> file.getFileName().toString().matches("energy\\d+_input") && Files.isReadable(file))
                .filter(file -> !ofOneCore(file))
                .map(file -> new Counter(file, Optional.empty()))
                .toList();
    }

    /** A core's energy is in its socket's too. */
    private static boolean ofOneCore(Path input) {
        Path label = input.resolveSibling(input.getFileName().toString().replace("_input", "_label"));
        try {
            return Files.exists(label) && Files.readString(label).startsWith("Ecore");
        } catch (IOException _) {
            return false;
        }
    }

    private static Stream<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList().stream();
        } catch (IOException _) {
            return Stream.empty();
        }
    }

    /** The energy of one request of a workload that was timed before. */
    public Energy measure(Workload workload, Timings timings) {
        if (counters.isEmpty()) {
            return Energy.estimated(timings);
        }
        try {
            long[] before = read();
            long end = System.nanoTime() + RUN.toNanos();
            int requests = 0;
            do {
                workload.request(requests).run();
                requests++;
            } while (System.nanoTime() < end);
            return new Energy(joules(before, read()) / requests, EnergyMethod.MEASURED);
        } catch (IOException _) {
            return Energy.estimated(timings);
        }
    }

    long[] read() throws IOException {
        long[] microjoules = new long[counters.size()];
        for (int i = 0; i < microjoules.length; i++) {
            microjoules[i] = number(counters.get(i).file());
        }
        return microjoules;
    }

    /**
     * Energy from one reading to the next.
     *
     * @throws IOException a counter went back and does not say where it starts again
     */
    double joules(long[] before, long[] after) throws IOException {
        double sum = 0;
        for (int i = 0; i < before.length; i++) {
            sum += after[i] - before[i];
            if (after[i] < before[i]) {
                Counter counter = counters.get(i);
                sum += number(counter.range().orElseThrow(() -> new IOException(counter.file() + " started again")));
            }
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
