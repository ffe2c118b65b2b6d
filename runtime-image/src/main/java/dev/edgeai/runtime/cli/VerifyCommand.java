package dev.edgeai.runtime.cli;

import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.bundle.BundleFolder;
import dev.edgeai.runtime.certify.Trust;
import dev.edgeai.runtime.certify.Verifier;
import dev.edgeai.runtime.cli.options.RegistryOptions;
import dev.edgeai.runtime.cli.options.TrustOptions;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** {@code edgeai verify}: what holds of an artifact and what does not. */
@Command(
        name = "verify",
        description = "Verifies content and certificates of an artifact in a registry, or of a folder that "
                + "'edgeai load' or 'edgeai bundle' filled (no network). Exit code 3 when something does not hold.")
final class VerifyCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Parameters(
            paramLabel = "REGISTRY/REPOSITORY@DIGEST|FOLDER",
            description = "What to verify. An existing folder is one.")
    private String what;

    @Mixin
    private final TrustOptions trust;

    @Mixin
    private final RegistryOptions registry;

    VerifyCommand(Environment environment) {
        output = new Output(environment);
        trust = new TrustOptions(environment);
        registry = new RegistryOptions(environment);
    }

    @Override
    public Integer call() throws IOException {
        Verifier.Report report = verify(trust.key());
        output.print(report, text(report));
        return report.holds() ? ExitCode.DONE : ExitCode.REFUSED;
    }

    private Verifier.Report verify(Trust key) throws IOException {
        Path folder = Path.of(what);
        Verifier verifier = new Verifier(key, trust.accelerator());
        if (!Files.isDirectory(folder)) {
            return verifier.verify(registry.artifacts(), Reference.parse(what));
        }
        return BundleFolder.isOne(folder)
                ? new BundleFolder(folder).verify(key, trust.accelerator())
                : verifier.verify(folder);
    }

    private static String text(Verifier.Report report) {
        String checks = report.checks().stream()
                .map(check -> "%-3s %s: %s".formatted(check.holds() ? "ok" : "NO", check.name(), check.detail()))
                .collect(Collectors.joining(System.lineSeparator()));
        return checks + System.lineSeparator() + report.artifact() + (report.holds() ? " holds." : " does not hold.");
    }
}
