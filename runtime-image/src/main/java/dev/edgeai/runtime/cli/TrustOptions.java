package dev.edgeai.runtime.cli;

import dev.edgeai.runtime.certify.TrustedKey;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

import java.nio.file.Path;

/** Options of the verbs with which a person checks certificates. */
final class TrustOptions {
    private final Environment environment;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "Public key that certificates must be signed with, PEM (default: EDGEAI_TRUSTED_KEY).")
    private @Nullable Path key;

    @Option(names = "--accelerator", paramLabel = "NAME", description = "The class of hardware it must be for.")
    private @Nullable String accelerator;

    TrustOptions(Environment environment) {
        this.environment = environment;
    }

    TrustedKey key() {
        return key == null ? TrustedKey.of(environment) : TrustedKey.read(key);
    }

    /** Absent when any will do. */
    @Nullable
    String accelerator() {
        return accelerator;
    }
}
