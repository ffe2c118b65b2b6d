package dev.edgeai.runtime.cli;

import dev.edgeai.runtime.artifact.Artifacts;
import dev.edgeai.runtime.pod.Environment;
import picocli.CommandLine.Option;

import java.util.List;

/** Options of the verbs that a person points at a registry. */
final class RegistryOptions {
    private final Environment environment;

    @Option(
            names = "--plain-http",
            paramLabel = "HOST[:PORT]",
            split = ",",
            description = "Registries without TLS (also EDGEAI_PLAIN_HTTP).")
    private List<String> plainHttp = List.of();

    RegistryOptions(Environment environment) {
        this.environment = environment;
    }

    List<String> plainHttp() {
        return plainHttp;
    }

    Artifacts artifacts() {
        return Artifacts.of(environment, plainHttp);
    }
}
