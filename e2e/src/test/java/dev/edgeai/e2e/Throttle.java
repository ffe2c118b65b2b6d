package dev.edgeai.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Takes processor time away from running pods, as a hot or crowded device does; no benchmark could have seen it. */
final class Throttle {
    private static final Path V1 = Path.of("/sys/fs/cgroup/cpu");
    private static final Path V2 = Path.of("/sys/fs/cgroup");

    private Throttle() {}

    /** Leaves each pod of the revision this share of one core. */
    static void pods(KubernetesClient client, String namespace, String revision, double cores) {
        List<Pod> pods = client.pods()
                .inNamespace(namespace)
                .withLabel("edgeai.dev/revision", revision)
                .list()
                .getItems();
        if (pods.isEmpty()) {
            throw new IllegalStateException("no pod of revision " + revision);
        }
        pods.forEach(pod -> limit(pod.getMetadata().getUid(), cores));
    }

    private static void limit(String uid, double cores) {
        boolean v1 = Files.isDirectory(V1);
        try (Stream<Path> groups = Files.find(
                v1 ? V1 : V2,
                6,
                (path, a) -> a.isDirectory() && path.getFileName().toString().contains(uid))) {
            Path group = groups.findFirst().orElseThrow(() -> new IllegalStateException("no cgroup of pod " + uid));
            long quota = Math.round(cores * 100_000);
            Files.writeString(group.resolve(v1 ? "cpu.cfs_quota_us" : "cpu.max"), v1 ? "" + quota : quota + " 100000");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
