package dev.edgeai.runtime.cli;

import dev.edgeai.planner.Json;
import dev.edgeai.runtime.measure.MemoryProbe;
import dev.edgeai.runtime.measure.MemoryTask;
import dev.edgeai.runtime.pod.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

/** The child process of {@link MemoryProbe}. */
@Command(
        name = MemoryProbe.VERB,
        hidden = true,
        description = "Loads a model, infers, and prints the peak memory of this process in bytes.")
final class MemoryProbeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TASK", description = "JSON of a memory task.")
    private String task;

    @Override
    public Integer call() throws Exception {
        long peak = Json.read(task, MemoryTask.class).run();
        spec.commandLine().getOut().println(MemoryProbe.VERB + " " + peak);
        spec.commandLine().getOut().flush();
        return ExitCode.DONE;
    }
}
