package dev.edgeai.runtime.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files by which a kernel tells of waiting, in a folder. */
final class ProcFiles {
    private static final long MILLISECOND = 1_000_000;

    private final Path folder;

    ProcFiles(Path folder) {
        this.folder = folder;
    }

    CpuWaitMeter meter() {
        return new CpuWaitMeter(folder.resolve("proc"), folder.resolve("cgroup"));
    }

    /** Milliseconds that a thread ran and waited so far. */
    void thread(int number, long ran, long waited) {
        write("proc/self/task/" + number + "/schedstat", ran * MILLISECOND + " " + waited * MILLISECOND + " 7\n");
    }

    void threadEnds(int number) {
        try {
            Files.delete(folder.resolve("proc/self/task/" + number + "/schedstat"));
            Files.delete(folder.resolve("proc/self/task/" + number));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Milliseconds that the group was held at its limit so far. */
    void throttled(long millis) {
        write("proc/self/cgroup", "0::/kubepods/pod1\n");
        write(
                "cgroup/kubepods/pod1/cpu.stat",
                "usage_usec 123\nnr_periods 4\nthrottled_usec " + millis * 1_000 + "\nburst_usec 9\n");
    }

    /** Ticks of the whole node so far. */
    void node(long user, long idle, long steal) {
        write("proc/stat", "cpu  %d 0 0 %d 500 0 0 %d 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n".formatted(user, idle, steal));
    }

    private void write(String file, String text) {
        try {
            Path path = folder.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
