package dev.edgeai.runtime.optimize;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.runtime.pod.Environment;

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
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A framework's optimizer as a command of this machine: what {@code EDGEAI_OPTIMIZER_<FRAMEWORK>} says, split at blanks,
 * else {@code optimize-<framework>} on the PATH.
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
        return new TrialProcess(words, FailureReason.OPTIMIZATION_FAILED).run(work, timeout, progress);
    }
}
