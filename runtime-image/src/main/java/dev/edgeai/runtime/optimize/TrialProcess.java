package dev.edgeai.runtime.optimize;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.pod.ChildProcess;
import dev.edgeai.runtime.pod.Environment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A step of a trial as a process of this machine. It keeps the contract of a container of the trial's pod
 * (docs/contracts.md): it runs in the trial's folder, given as {@code EDGEAI_WORK}, and leaves its result or its failure
 * in {@code EDGEAI_TERMINATION_LOG}. Whatever it ends of, this process goes on.
 *
 * @param words program and arguments
 * @param reason of a failure that it does not explain itself
 */
record TrialProcess(List<String> words, FailureReason reason) {
    /** An exit code above this is a signal's number above it. */
    private static final int SIGNAL = 128;

    TrialProcess {
        words = List.copyOf(words);
    }

    /** What the last step in a trial's folder left. */
    static Path termination(Path work) {
        return work.resolve("termination.json");
    }

    /**
     * Runs it.
     *
     * @param work the trial's folder
     * @param progress told each line it prints
     * @return why it failed, when it did
     */
    Optional<Failure> run(Path work, Duration timeout, Consumer<String> progress) throws IOException {
        Path termination = termination(work);
        Files.write(termination, new byte[0]);
        int code;
        try (ChildProcess child = ChildProcess.start(builder(work, termination))) {
            Process process = child.process();
            // Reads aside: a program that neither ends nor prints must not outlive its time.
            Thread reader = Thread.startVirtualThread(
                    () -> process.inputReader().lines().forEach(progress));
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                return Optional.of(new Failure(
                        FailureReason.DEADLINE_EXCEEDED.reason(),
                        words.getFirst() + " did not end within " + timeout.toSeconds()
                                + " s, half of search.timeout; give more time"));
            }
            reader.join(Duration.ofSeconds(1));
            code = process.exitValue();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.of(failure("was interrupted"));
        } catch (IOException e) {
            return Optional.of(failure("could not be started: " + e.getMessage()));
        }
        if (code == 0) {
            return Optional.empty();
        }
        return Optional.of(
                Files.size(termination) > 0
                        ? Json.read(Files.readString(termination), Failure.class)
                        : failure(
                                code > SIGNAL
                                        ? "was ended by signal " + (code - SIGNAL)
                                                + ", as after a crash in native code or without memory; see what it printed"
                                        : "ended with " + code + " and left no reason; see what it printed"));
    }

    private ProcessBuilder builder(Path work, Path termination) {
        ProcessBuilder builder =
                new ProcessBuilder(words).directory(work.toFile()).redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of("EDGEAI_WORK", work.toString(), Environment.TERMINATION_LOG, termination.toString()));
        return builder;
    }

    private Failure failure(String what) {
        return new Failure(reason.reason(), words.getFirst() + " " + what);
    }
}
