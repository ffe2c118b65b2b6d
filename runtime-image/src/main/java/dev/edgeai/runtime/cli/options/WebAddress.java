package dev.edgeai.runtime.cli.options;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.net.URI;

/** The address of a server, with its scheme. */
public final class WebAddress implements ITypeConverter<URI> {
    private static final int MAX_PORT = 65_535;

    @Override
    public URI convert(String text) {
        try {
            URI uri = URI.create(text);
            boolean web = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            if (web && uri.getHost() != null && uri.getPort() <= MAX_PORT) {
                return uri;
            }
        } catch (IllegalArgumentException _) {
            // said below
        }
        throw new TypeConversionException(
                "'%s' is no address of a server; write it as http://localhost:8080".formatted(text));
    }
}
