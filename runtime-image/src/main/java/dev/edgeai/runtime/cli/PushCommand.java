package dev.edgeai.runtime.cli;

import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.assess.SourceFiles;
import dev.edgeai.runtime.assess.UnreadableModelException;
import dev.edgeai.runtime.cli.options.FileArgument;
import dev.edgeai.runtime.cli.options.RegistryOptions;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@code edgeai push}: a model or a dataset into a registry. */
@Command(
        name = "push",
        description = "Pushes a model, a variant or a dataset to a registry and prints its digest. "
                + "The same files give the same digest; what the registry has already does not move.")
final class PushCommand implements Callable<Integer> {
    private final Environment environment;

    @Mixin
    private final Output output;

    @Parameters(
            index = "0",
            paramLabel = "FILE|FOLDER",
            converter = FileArgument.Existing.class,
            description = "What to push.")
    private Path what;

    @Parameters(index = "1", paramLabel = "oci://REGISTRY/REPOSITORY[:TAG]", description = "Where it goes.")
    private String target;

    @Mixin
    private final RegistryOptions registry;

    PushCommand(Environment environment) {
        this.environment = environment;
        output = new Output(environment);
        registry = new RegistryOptions(environment);
    }

    /**
     * What is printed with {@code -o json}.
     *
     * @param reference {@code registry/repository@sha256:…}
     * @param digest of the artifact
     * @param bytes sum of the files' sizes
     * @param files their number
     */
    record Result(String reference, String digest, long bytes, int files) {}

    @Override
    public Integer call() throws Exception {
        Reference reference = Reference.parse(target);
        try {
            SourceFiles.requireWhole(what);
        } catch (UnreadableModelException e) {
            throw AssessCommand.unsupported(e);
        }
        Artifacts.Pushed pushed = registry.artifacts().push(what, reference);
        String digest = pushed.digest().toString();
        output.result(
                new Result(reference.at(pushed.digest()).toString(), digest, pushed.bytes(), pushed.files()), digest);
        return ExitCode.DONE;
    }
}
