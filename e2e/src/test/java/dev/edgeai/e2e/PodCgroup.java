package dev.edgeai.e2e;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The control group on this machine of a running pod, or of one of its containers, for what no API does to them. */
final class PodCgroup {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final int PERIOD_MICROS = 100_000;
    private static final long MEBIBYTE = 1 << 20;

    /** Below the root of each controller; in v2 there is one root for all. */
    private final Path path;

    private PodCgroup(Path path) {
        this.path = path;
    }

    static PodCgroup of(Pod pod) {
        return named(pod.getMetadata().getUid());
    }

    static PodCgroup of(ContainerStatus container) {
        String id = container.getContainerID();
        return named(id.substring(id.lastIndexOf('/') + 1));
    }

    private static PodCgroup named(String name) {
        Path root = root("cpu");
        try (Stream<Path> groups = Files.find(
                root,
                7,
                (path, a) -> a.isDirectory() && path.getFileName().toString().contains(name))) {
            return new PodCgroup(root.relativize(
                    groups.findFirst().orElseThrow(() -> new IllegalStateException("no cgroup " + name))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Leaves it this share of one core, as a hot or crowded device does; no benchmark could have seen it. */
    void throttle(double cores) {
        long quota = Math.round(cores * PERIOD_MICROS);
        write("cpu", isV1() ? "cpu.cfs_quota_us" : "cpu.max", isV1() ? "" + quota : quota + " " + PERIOD_MICROS);
    }

    /** Leaves it little more memory than it has now, so that the kernel kills it when it wants more. */
    void leaveNoMemory() {
        String usage = isV1() ? "memory.usage_in_bytes" : "memory.current";
        long now = Long.parseLong(
                lines(root("memory").resolve(path).resolve(usage)).findFirst().orElseThrow());
        write("memory", isV1() ? "memory.limit_in_bytes" : "memory.max", "" + (now + MEBIBYTE));
    }

    /** SIGSTOP to all its processes: it hangs. */
    void hang() {
        Shell.run(
                "sh",
                "-c",
                "kill -STOP "
                        + processes().stream()
                                .map(ProcessHandle::pid)
                                .map(String::valueOf)
                                .collect(Collectors.joining(" ")));
    }

    /** SIGKILL to all its processes: they get no chance to finish what they do or to give anything back. */
    void kill() {
        processes().forEach(ProcessHandle::destroyForcibly);
    }

    /** Those of a pod are in its containers' groups. */
    private List<ProcessHandle> processes() {
        try (Stream<Path> groups = Files.walk(root("cpu").resolve(path), 1)) {
            return groups.map(group -> group.resolve("cgroup.procs"))
                    .filter(Files::isRegularFile)
                    .flatMap(PodCgroup::lines)
                    .map(Long::parseLong)
                    .flatMap(pid -> ProcessHandle.of(pid).stream())
                    .toList(); // all before the first is killed: a container's group goes with its processes
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String controller, String file, String value) {
        try {
            Files.writeString(root(controller).resolve(path).resolve(file), value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (NoSuchFileException _) {
            return Stream.empty(); // ended just now
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root(String controller) {
        return isV1() ? ROOT.resolve(controller) : ROOT;
    }

    private static boolean isV1() {
        return Files.isDirectory(ROOT.resolve("cpu"));
    }
}
