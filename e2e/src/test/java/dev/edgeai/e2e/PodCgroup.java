package dev.edgeai.e2e;

import io.fabric8.kubernetes.api.model.Pod;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A running pod's control group on this machine, for what no API does to a pod. */
final class PodCgroup {
    private static final Path V1 = Path.of("/sys/fs/cgroup/cpu");
    private static final Path V2 = Path.of("/sys/fs/cgroup");
    private static final int PERIOD_MICROS = 100_000;

    private final Path folder;

    private PodCgroup(Path folder) {
        this.folder = folder;
    }

    static PodCgroup of(Pod pod) {
        String uid = pod.getMetadata().getUid();
        try (Stream<Path> groups = Files.find(
                isV1() ? V1 : V2,
                6,
                (path, a) -> a.isDirectory() && path.getFileName().toString().contains(uid))) {
            return new PodCgroup(
                    groups.findFirst().orElseThrow(() -> new IllegalStateException("no cgroup of pod " + uid)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Leaves the pod this share of one core, as a hot or crowded device does; no benchmark could have seen it. */
    void throttle(double cores) {
        long quota = Math.round(cores * PERIOD_MICROS);
        try {
            Files.writeString(
                    folder.resolve(isV1() ? "cpu.cfs_quota_us" : "cpu.max"),
                    isV1() ? "" + quota : quota + " " + PERIOD_MICROS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL to all its processes: they get no chance to finish what they do or to give anything back. */
    void kill() {
        try (Stream<Path> containers = Files.list(folder)) {
            List<Long> processes = containers
                    .map(container -> container.resolve("cgroup.procs"))
                    .filter(Files::isRegularFile)
                    .flatMap(PodCgroup::lines)
                    .map(Long::parseLong)
                    .toList(); // all before the first kill: a container's group goes with its processes
            processes.stream().flatMap(pid -> ProcessHandle.of(pid).stream()).forEach(ProcessHandle::destroyForcibly);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (NoSuchFileException e) {
            return Stream.empty(); // ended just now
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isV1() {
        return Files.isDirectory(V1);
    }
}
