package dev.edgeai.runtime.cli;

import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.certify.Loader;
import dev.edgeai.runtime.certify.Trust;
import dev.edgeai.runtime.certify.VerifiedModel;
import dev.edgeai.runtime.cli.options.Into;
import dev.edgeai.runtime.cli.options.RegistryOptions;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import dev.edgeai.runtime.pod.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.concurrent.Callable;

/** {@code edgeai load}: the init container of a serving pod. */
@Command(
        name = "load",
        description = "Fetches a certified variant into a folder, unless it is there: signature, gates, accelerator "
                + "and every file's digest are checked. The trusted key is in EDGEAI_TRUSTED_KEY.")
final class LoadCommand implements Callable<Integer> {
    private final Environment environment;

    @Mixin
    private final Output output;

    @Option(
            names = "--artifact",
            required = true,
            paramLabel = "REGISTRY/REPOSITORY@DIGEST",
            description = "The variant.")
    private String artifact;

    @Option(
            names = "--certificate",
            required = true,
            paramLabel = "DIGEST",
            description = "Its certificate, as 'edgeai certify' printed it.")
    private String certificate;

    @Option(
            names = "--accelerator",
            required = true,
            paramLabel = "NAME",
            description = "The class of hardware that the certificate must be for.")
    private String accelerator;

    @Mixin
    private final Into into = new Into();

    @Mixin
    private final RegistryOptions registry;

    LoadCommand(Environment environment) {
        this.environment = environment;
        output = new Output(environment);
        registry = new RegistryOptions(environment);
    }

    /**
     * What is printed with {@code -o json}.
     *
     * @param artifact digest of the variant
     * @param accelerator what it is certified for
     * @param model file name of the model within the folder
     */
    record Result(String artifact, String accelerator, String model) {}

    @Override
    public Integer call() throws IOException {
        Trust key = Trust.of(environment);
        Loader loader = new Loader(registry.artifacts(), key, accelerator);
        VerifiedModel model = loader.load(Reference.parse(artifact), digest(), into.folder());
        Result result = new Result(
                model.artifact().toString(),
                model.statement().accelerator(),
                model.descriptor().model());
        output.result(result, "%s for %s: %s".formatted(result.artifact(), result.accelerator(), result.model()));
        return ExitCode.DONE;
    }

    private Digest digest() {
        try {
            return Digest.parse(certificate);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--certificate: " + e.getMessage());
        }
    }
}
