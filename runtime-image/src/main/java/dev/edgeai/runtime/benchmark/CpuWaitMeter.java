package dev.edgeai.runtime.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How long the threads of this process wait for a core, by the kernel's counters: of each thread its time on a core and
 * runnable without one ({@code /proc/self/task/N/schedstat}); of its control group (version 2) the time it was held at its
 * limit ({@code cpu.stat}); of the node the time that a hypervisor gave to others ({@code /proc/stat}). Pressure is not
 * read: {@code cpu.pressure} tells of the same waiting without saying how much was wanted.
 */
final class CpuWaitMeter {
    private static final long MICROSECOND = 1_000;

    /** Fields of the line {@code cpu} in {@code /proc/stat}: user, nice, system, idle, iowait, irq, softirq, steal. */
    private static final int[] USED = {1, 2, 3, 6, 7, 8};

    private static final int STEAL = 8;

    private final Path proc;
    private final Path groups;

    /**
     * Reads below these folders.
     *
     * @param proc where the kernel tells of processes
     * @param groups where it tells of control groups
     */
    CpuWaitMeter(Path proc, Path groups) {
        this.proc = proc;
        this.groups = groups;
    }

    static CpuWaitMeter ofThisProcess() {
        return new CpuWaitMeter(Path.of("/proc"), Path.of("/sys/fs/cgroup"));
    }

    /**
     * Counters at one moment.
     *
     * @param threads of this process, by number
     * @param throttled time of the control group at its limit, nanoseconds
     * @param stolen time of the node that went to other machines, ticks
     * @param used time of the node that was wanted, ticks
     */
    record Reading(Map<String, CpuTime> threads, long throttled, long stolen, long used) {}

    Reading read() {
        long[] node = node();
        return new Reading(threads(), throttled(), node[0], node[1]);
    }

    /** What the threads had and wanted since; empty where the kernel does not count. */
    Optional<CpuTime> since(Reading before) {
        Reading now = read();
        CpuTime sum = CpuTime.NONE;
        for (Map.Entry<String, CpuTime> thread : now.threads.entrySet()) {
            CpuTime then = before.threads.getOrDefault(thread.getKey(), CpuTime.NONE);
            sum = sum.plus(new CpuTime(
                    thread.getValue().ran() - then.ran(), thread.getValue().waited() - then.waited()));
        }
        if (sum.ran() <= 0) { // no such file, or "0 0 0" of a kernel that was told not to count
            return Optional.empty();
        }
        double stolen = sum.ran() * (now.stolen - before.stolen) / Math.max(1, now.used - before.used);
        // Some kernels count a group's time at its limit as waiting of its threads too.
        double waited = Math.max(sum.waited(), now.throttled - before.throttled);
        return Optional.of(new CpuTime(sum.ran() - stolen, waited + stolen));
    }

    private Map<String, CpuTime> threads() {
        Map<String, CpuTime> threads = new HashMap<>();
        for (Path thread : list(proc.resolve("self/task"))) {
            List<String> line = lines(thread.resolve("schedstat"));
            if (!line.isEmpty()) {
                String[] numbers = line.getFirst().split(" ");
                threads.put(
                        thread.getFileName().toString(),
                        new CpuTime(Long.parseLong(numbers[0]), Long.parseLong(numbers[1])));
            }
        }
        return threads;
    }

    private long throttled() {
        return lines(proc.resolve("self/cgroup")).stream()
                .filter(line -> line.startsWith("0::/"))
                .flatMap(line ->
                        lines(groups.resolve(line.substring("0::/".length())).resolve("cpu.stat")).stream())
                .filter(line -> line.startsWith("throttled_usec "))
                .mapToLong(line -> MICROSECOND * Long.parseLong(line.split(" ")[1]))
                .sum();
    }

    /** Stolen and used ticks. */
    private long[] node() {
        List<String> lines = lines(proc.resolve("stat"));
        if (lines.isEmpty()) {
            return new long[2];
        }
        String[] fields = lines.getFirst().split(" +");
        long used = 0;
        for (int field : USED) {
            used += Long.parseLong(fields[field]);
        }
        return new long[] {Long.parseLong(fields[STEAL]), used};
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException _) {
            return List.of();
        }
    }

    /** None of a file that is not there, as of a thread that has ended. */
    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException _) {
            return List.of();
        }
    }
}
