package dev.edgeai.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** The one program that is etcd, kube-apiserver and kubectl, by the name it is called with. */
final class KubernetesProgram {
    private KubernetesProgram() {}

    /**
     * Finds it where {@code e2e/cluster/cluster build} puts it, or where {@code EDGEAI_KUBERNETES} says.
     *
     * @throws IllegalStateException saying how to build it
     */
    static Path find() {
        String given = System.getenv("EDGEAI_KUBERNETES");
        if (given != null) {
            return Path.of(given);
        }
        Path cache = Optional.ofNullable(System.getenv("EDGEAI_CACHE"))
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache", "edgeai"));
        try (Stream<Path> folders = Files.isDirectory(cache) ? Files.list(cache) : Stream.empty()) {
            return folders.filter(folder -> folder.getFileName().toString().startsWith("kubernetes-"))
                    .map(folder -> folder.resolve("kubernetes"))
                    .filter(Files::isExecutable)
                    .max(Comparator.comparing(KubernetesProgram::modified))
                    .orElseThrow(
                            () -> new IllegalStateException("these tests need a real API server and there is none in "
                                    + cache
                                    + "; build it with 'e2e/cluster/cluster build kubernetes' (Go, some minutes, once a "
                                    + "machine), or set EDGEAI_KUBERNETES to the program"));
        } catch (IOException e) {
            throw new IllegalStateException("cannot look for the API server in " + cache, e);
        }
    }

    private static long modified(Path file) {
        return file.toFile().lastModified();
    }
}
