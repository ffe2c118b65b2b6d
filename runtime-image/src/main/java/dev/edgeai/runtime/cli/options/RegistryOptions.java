package dev.edgeai.runtime.cli.options;

import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.pod.Environment;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

import java.util.List;
import java.util.regex.Pattern;

/** Options of the verbs that a person points at a registry. */
public final class RegistryOptions {
    private final Environment environment;

    @Option(
            names = "--plain-http",
            paramLabel = "HOST[:PORT]",
            converter = Host.class,
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

    /** A registry's host, as it stands in references. */
    static final class Host implements ITypeConverter<String> {
        private static final Pattern SHAPE = Pattern.compile("([A-Za-z0-9.-]+|\\[[0-9a-fA-F:]+])(:[0-9]{1,5})?");

        @Override
        public String convert(String host) {
            if (!SHAPE.matcher(host).matches()) {
                throw new TypeConversionException("'%s' is no host; write it as localhost:5000".formatted(host));
            }
            return host;
        }
    }
}
