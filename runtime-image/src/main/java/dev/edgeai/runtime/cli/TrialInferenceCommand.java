package dev.edgeai.runtime.cli;

import dev.edgeai.planner.Json;
import dev.edgeai.runtime.pod.ExitCode;
import dev.edgeai.runtime.server.process.TrialInference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.util.concurrent.Callable;

/** The child process of {@link TrialInference}. */
@Command(
        name = TrialInference.VERB,
        hidden = true,
        description = "Loads a model and infers once, and says how far it came.")
final class TrialInferenceCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TASK", description = "JSON of a trial inference.")
    private String task;

    @Override
    public Integer call() throws IOException {
        Json.read(task, TrialInference.class).run(spec.commandLine().getOut());
        return ExitCode.DONE;
    }
}
