package dev.edgeai.runtime.cli.options;

import dev.edgeai.runtime.certify.Trust;
import dev.edgeai.runtime.pod.Environment;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

import java.nio.file.Path;

/** Options of the verbs with which a person checks certificates. */
public final class TrustOptions {
    private final Environment environment;

    @Option(
            names = "--key",
            converter = FileArgument.ExistingFile.class,
            paramLabel = "FILE",
            description = "Public key that certificates must be signed with, PEM (default: EDGEAI_TRUSTED_KEY).")
    private @Nullable Path key;

    @Option(names = "--accelerator", paramLabel = "NAME", description = "The class of hardware it must be for.")
    private @Nullable String accelerator;

    public TrustOptions(Environment environment) {
        this.environment = environment;
    }

    public Trust key() {
        return key == null ? Trust.of(environment) : Trust.read(key);
    }

    /** Absent when any will do. */
    @Nullable
    public String accelerator() {
        return accelerator;
    }
}
