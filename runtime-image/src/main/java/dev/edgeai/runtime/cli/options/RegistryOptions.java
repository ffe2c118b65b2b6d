package dev.edgeai.runtime.cli.options;

import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.pod.Environment;
import picocli.CommandLine.Option;

import java.util.List;

/** Options of the verbs that a person points at a registry. */
public final class RegistryOptions {
    private final Environment environment;

    @Option(
            names = "--plain-http",
            paramLabel = "HOST[:PORT]",
            split = ",",
            description = "Registries without TLS (also EDGEAI_PLAIN_HTTP).")
    private List<String> plainHttp = List.of();

    public RegistryOptions(Environment environment) {
        this.environment = environment;
    }

    List<String> plainHttp() {
        return plainHttp;
    }

    public Artifacts artifacts() {
        return Artifacts.of(environment, plainHttp);
    }
}
