package dev.edgeai.runtime.cli.options;

import picocli.CommandLine.Option;

import java.net.URI;

/** Which model of which server is asked. */
public final class ModelAddress {
    @Option(
            names = "--url",
            converter = WebAddress.class,
            required = true,
            description = "Server or Service, for example http://localhost:8080.")
    private URI url;

    @Option(names = "--model", required = true, description = "The model's name.")
    private String model;

    public URI url() {
        return url;
    }

    public String model() {
        return model;
    }
}
