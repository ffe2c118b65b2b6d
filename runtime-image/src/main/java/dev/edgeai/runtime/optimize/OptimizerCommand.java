package dev.edgeai.runtime.optimize;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.v1alpha1.Framework;
import dev.edgeai.runtime.cli.Environment;
import dev.edgeai.runtime.cli.Json;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A framework's optimizer as a command of this machine: what {@code EDGEAI_OPTIMIZER_<FRAMEWORK>} says, split at blanks,
 * else {@code optimize-<framework>} on the PATH. It is given the trial's folder as {@code EDGEAI_WORK} and keeps the
 * contract of an optimizer's container (docs/contracts.md), with {@code EDGEAI_TERMINATION_LOG} for its failure.
 *
 * @param words program and arguments
 */
public record OptimizerCommand(List<String> words) {
    private static final String VARIABLE = "EDGEAI_OPTIMIZER_";

    public OptimizerCommand {
        words = List.copyOf(words);
    }

    /** The optimizers this machine has. */
    public static Map<Framework, OptimizerCommand> installed(Environment environment) {
        Map<Framework, OptimizerCommand> commands = new EnumMap<>(Framework.class);
        for (Framework framework : Framework.values()) {
            environment
                    .get(VARIABLE + framework.slug().toUpperCase(Locale.ROOT))
                    .map(line -> List.of(line.strip().split("\\s+")))
                    .or(() ->
                            onPath(environment, "optimize-" + framework.slug()).map(List::of))
                    .ifPresent(words -> commands.put(framework, new OptimizerCommand(words)));
        }
        return commands;
    }

    private static Optional<String> onPath(Environment environment, String program) {
        Stream<String> folders =
                environment.get("PATH").stream().flatMap(path -> Arrays.stream(path.split(File.pathSeparator)));
        return folders.map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /**
     * Runs it in a trial's folder.
     *
     * @param progress told each line it prints
     * @return why it failed, when it did
     */
    Optional<Failure> run(Path work, Duration timeout, Consumer<String> progress) throws IOException {
        Path termination = Files.createFile(work.resolve("termination.json"));
        Process process;
        try {
            process = start(work, termination);
        } catch (IOException e) {
            return Optional.of(failure("could not be started: " + e.getMessage()));
        }
        // Reads aside: a program that neither ends nor prints must not outlive its time.
        Thread reader =
                Thread.startVirtualThread(() -> process.inputReader().lines().forEach(progress));
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                return Optional.of(new Failure(
                        FailureReason.DEADLINE_EXCEEDED.reason(),
                        words.getFirst() + " did not end within " + timeout.toSeconds()
                                + " s, half of search.timeout; give more time"));
            }
            reader.join(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(failure("was interrupted"));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        if (process.exitValue() == 0) {
            return Optional.empty();
        }
        return Optional.of(
                Files.size(termination) > 0
                        ? Json.read(termination, Failure.class)
                        : failure("ended with " + process.exitValue() + " and left no reason; see what it printed"));
    }

    private Process start(Path work, Path termination) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(words).directory(work.toFile()).redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of("EDGEAI_WORK", work.toString(), "EDGEAI_TERMINATION_LOG", termination.toString()));
        return builder.start();
    }

    private Failure failure(String what) {
        return new Failure(FailureReason.OPTIMIZATION_FAILED.reason(), words.getFirst() + " " + what);
    }
}
