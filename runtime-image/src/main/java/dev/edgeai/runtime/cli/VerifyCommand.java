package dev.edgeai.runtime.cli;

import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.certify.TrustedKey;
import dev.edgeai.runtime.certify.Verifier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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
                + "'edgeai load' filled (no network). Exit code 3 when something does not hold.")
final class VerifyCommand implements Callable<Integer> {
    private final Environment environment;

    @Mixin
    private final Output output;

    @Parameters(
            paramLabel = "REGISTRY/REPOSITORY@DIGEST|FOLDER",
            description = "What to verify. An existing folder is one.")
    private String what;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "Public key that certificates must be signed with, PEM (default: EDGEAI_TRUSTED_KEY).")
    private @Nullable Path key;

    @Option(names = "--accelerator", paramLabel = "NAME", description = "The class of hardware it must be for.")
    private @Nullable String accelerator;

    @Mixin
    private final RegistryOptions registry;

    VerifyCommand(Environment environment) {
        this.environment = environment;
        output = new Output(environment);
        registry = new RegistryOptions(environment);
    }

    @Override
    public Integer call() throws IOException {
        Verifier verifier = new Verifier(key == null ? TrustedKey.of(environment) : TrustedKey.read(key), accelerator);
        Verifier.Report report = Files.isDirectory(Path.of(what))
                ? verifier.verify(Path.of(what))
                : verifier.verify(registry.artifacts(), Reference.parse(what));
        output.print(report, text(report));
        return report.holds() ? ExitCode.DONE : ExitCode.REFUSED;
    }

    private static String text(Verifier.Report report) {
        String checks = report.checks().stream()
                .map(check -> "%-3s %s: %s".formatted(check.holds() ? "ok" : "NO", check.name(), check.detail()))
                .collect(Collectors.joining(System.lineSeparator()));
        return checks + System.lineSeparator() + report.artifact() + (report.holds() ? " holds." : " does not hold.");
    }
}
