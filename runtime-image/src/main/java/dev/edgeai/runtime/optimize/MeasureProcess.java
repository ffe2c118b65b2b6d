package dev.edgeai.runtime.optimize;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.pod.ChildProgram;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * {@code edgeai measure} as a process of its own, with this one's virtual machine, flags and classes: a model that
 * crashes an engine or takes all memory fails its trial, not the run, and no trial is timed in what others left behind.
 *
 * @param options of the verb
 */
public record MeasureProcess(List<String> options) {
    public MeasureProcess {
        options = List.copyOf(options);
    }

    /**
     * Measures what lies in a trial's folder.
     *
     * @param progress told each line it prints
     */
    JobState<TrialResult> run(Path work, Duration timeout, Consumer<String> progress) throws IOException {
        Optional<Failure> failure =
                new TrialProcess(words(work), FailureReason.MEASUREMENT_FAILED).run(work, timeout, progress);
        return failure.isPresent()
                ? new JobState.Failed<>(failure.get(), Optional.empty())
                : new JobState.Succeeded<>(
                        Json.read(Files.readString(TrialProcess.termination(work)), TrialResult.class),
                        Optional.empty());
    }

    private List<String> words(Path work) {
        List<String> flags = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-agentlib:")) // a debugger's port is taken
                .toList();
        List<String> verb = new ArrayList<>(List.of("measure", "--work", work.toString(), "--no-push"));
        verb.addAll(options);
        return ChildProgram.command(flags, verb);
    }
}
