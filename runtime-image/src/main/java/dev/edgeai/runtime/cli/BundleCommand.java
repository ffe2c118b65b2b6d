package dev.edgeai.runtime.cli;

import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.bundle.BundleDownload;
import dev.edgeai.runtime.bundle.BundleManifest;
import dev.edgeai.runtime.cli.options.Into;
import dev.edgeai.runtime.cli.options.RegistryOptions;
import dev.edgeai.runtime.cli.options.TrustOptions;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.util.concurrent.Callable;

/** {@code edgeai bundle}: fetches what a device outside the cluster gets. */
@Command(
        name = "bundle",
        description = "Fetches a signed bundle into a folder and verifies it: signature, gates, accelerator and every "
                + "file's digest. Nothing is fetched before the certificate holds.")
final class BundleCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Parameters(paramLabel = "REGISTRY/REPOSITORY@DIGEST", description = "The bundle, as the target's status names it.")
    private String bundle;

    @Mixin
    private final Into into = new Into();

    @Mixin
    private final TrustOptions trust;

    @Mixin
    private final RegistryOptions registry;

    BundleCommand(Environment environment) {
        output = new Output(environment);
        trust = new TrustOptions(environment);
        registry = new RegistryOptions(environment);
    }

    @Override
    public Integer call() throws IOException {
        BundleManifest manifest = new BundleDownload(registry.artifacts(), trust.key(), trust.accelerator())
                .fetch(Reference.parse(bundle), into.folder());
        output.result(
                manifest,
                "%s for %s: %s, %,d bytes"
                        .formatted(manifest.artifact(), manifest.accelerator(), manifest.model(), manifest.bytes()));
        return ExitCode.DONE;
    }
}
