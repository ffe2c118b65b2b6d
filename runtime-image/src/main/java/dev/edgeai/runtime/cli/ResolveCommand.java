package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.ResolveResult;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.cli.options.RegistryOptions;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.util.concurrent.Callable;

/** {@code edgeai resolve}: what the operator asks from time to time about the tag of a model's source. */
@Command(
        name = "resolve",
        description = "Prints the digest of the manifest that a tag has now in its registry. Nothing else is fetched.")
final class ResolveCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Parameters(paramLabel = "oci://REGISTRY/REPOSITORY[:TAG]", description = "What to look at.")
    private String what;

    @Mixin
    private final RegistryOptions registry;

    ResolveCommand(Environment environment) {
        output = new Output(environment);
        registry = new RegistryOptions(environment);
    }

    @Override
    public Integer call() {
        String digest = registry.artifacts()
                .manifest(Reference.parse(what), FailureReason.SOURCE_NOT_FOUND)
                .digest()
                .toString();
        output.result(new ResolveResult(digest), digest);
        return ExitCode.DONE;
    }
}
