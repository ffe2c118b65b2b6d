package dev.edgeai.runtime.artifact.registry;

import dev.edgeai.runtime.artifact.Digest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The registries' programs, built once a machine from Go modules into the cache that the e2e cluster uses too. */
final class RegistryPrograms {
    private static final String DISTRIBUTION = "github.com/distribution/distribution/v3/cmd/registry@v3.1.2";
    private static final Path REFERRERS_SOURCE = Path.of("src/test/go/referrers-registry");
    private static final int BUILD_MINUTES = 8;

    private RegistryPrograms() {}

    static Path distribution() {
        Path own = cache().resolve("registry-test-v3.1.2").resolve("registry");
        return Stream.of(own)
                .filter(Files::isExecutable)
                .findFirst()
                .or(RegistryPrograms::builtByCluster)
                .orElseGet(() -> build(own, Path.of("."), "go", "install", "-trimpath", DISTRIBUTION));
    }

    static Path withReferrers() {
        try {
            String version = Digest.of((Files.readString(REFERRERS_SOURCE.resolve("main.go"))
                                    + Files.readString(REFERRERS_SOURCE.resolve("go.sum")))
                            .getBytes(StandardCharsets.UTF_8))
                    .hex()
                    .substring(0, 16);
            Path program = cache().resolve("referrers-registry-" + version).resolve("referrers-registry");
            return Files.isExecutable(program)
                    ? program
                    : build(program, REFERRERS_SOURCE, "go", "install", "-trimpath", ".");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> builtByCluster() {
        try (Stream<Path> folders = Files.exists(cache()) ? Files.list(cache()) : Stream.empty()) {
            return folders.filter(folder -> folder.getFileName().toString().matches("registry-[0-9a-f]+"))
                    .map(folder -> folder.resolve("registry"))
                    .filter(Files::isExecutable)
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path cache() {
        String folder = System.getenv("EDGEAI_CACHE");
        return folder == null ? Path.of(System.getProperty("user.home"), ".cache", "edgeai") : Path.of(folder);
    }

    /** Builds in a folder of its own and renames, so that a half-built program is never taken for a whole one. */
    private static Path build(Path program, Path directory, String... command) {
        try {
            Files.createDirectories(cache());
            Path bin = Files.createTempDirectory(cache(), "registry.part.");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(bin.resolve("build.log").toFile());
            builder.environment().putAll(Map.of("GOBIN", bin.toString(), "CGO_ENABLED", "0", "GOWORK", "off"));
            Process build = builder.start();
            if (!build.waitFor(BUILD_MINUTES, TimeUnit.MINUTES) || build.exitValue() != 0) {
                build.destroyForcibly();
                throw new IllegalStateException("the registry for tests cannot be built; is Go 1.26 on the path? "
                        + Files.readString(bin.resolve("build.log")));
            }
            Files.createDirectories(program.getParent());
            Files.move(bin.resolve(program.getFileName()), program, StandardCopyOption.ATOMIC_MOVE);
            Files.delete(bin.resolve("build.log"));
            Files.delete(bin);
            return program;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
